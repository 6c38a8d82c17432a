-- The account that Stash backs a MariaDB server up with. Run it as an administrator, with a password of your own:
--   mariadb < mariadb-grants.sql
CREATE USER IF NOT EXISTS 'stash'@'localhost' IDENTIFIED BY 'change-me';
-- RELOAD: the backup lock. PROCESS: reading InnoDB's state. BINLOG MONITOR: the binlog position that belongs to the backup.
-- SLAVE MONITOR: whether the server is a replica.
GRANT RELOAD, PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO 'stash'@'localhost';
