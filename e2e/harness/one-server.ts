import type { TestContext } from 'node:test';
import { inside } from './applications.ts';
import { inForce, repository, target } from './backup.ts';
import { backedUp, server } from './database.ts';
import { apply } from './kubectl.ts';
import { ownNamespace } from './namespace.ts';
import { restStorage } from './storage.ts';

const NAME = 'orders';

/** A MariaDB in a single pod, `orders-0`, backed up by its sidecar when asked, behind a storage with a valve. `spec`: of its configuration. */
export async function oneServer(t: TestContext, spec: object = {}) {
  const namespace = await ownNamespace(t);
  const storage = await restStorage(namespace, { valve: true });
  await repository(namespace, storage);
  const orders = target('StatefulSet', NAME, { alias: NAME, appBinding: { name: NAME } });
  await apply(namespace, server(NAME, 1), ...backedUp(orders, spec));
  await inForce(namespace, NAME, `statefulset/${NAME}`);
  const sql = async (text: string) => (await inside(namespace, `${NAME}-0`, `mariadb -uroot -BN -e "${text}"`, 'mariadb')).trim();
  return { namespace, storage, orders, sql, sums: () => sql('CHECKSUM TABLE shop.fixed') };
}
