-- The account that Stash dumps MariaDB with, over the network. Run it as an administrator, with a password of your own:
--   mariadb < mariadb-dump-grants.sql
CREATE USER IF NOT EXISTS 'stash-dump'@'%' IDENTIFIED BY 'change-me';
-- SELECT: rows, sequences, routines, accounts. SHOW VIEW, TRIGGER, EVENT: what makes these.
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO 'stash-dump'@'%';
