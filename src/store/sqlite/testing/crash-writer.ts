import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { keyOf } from '../../../api/object.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { configMap } from '../../conformance/fixture.ts';
import { openSqliteStore } from '../sqlite-store.ts';

/** Run as a process: `crash-writer.ts FILE ROUND`. Writes until it is killed, and prints each name once its write was acknowledged. */
const [file = '', round = ''] = process.argv.slice(2);
const store = openSqliteStore({ file, clock: systemClock, newUid: randomUUID });
for (let n = 0; ; n++) {
  const created = await store.create('ConfigMap', configMap('crash', `r${round}-${n}`));
  writeSync(1, `created ${created.metadata.name}\n`);
  const replaced = await store.replace('ConfigMap', { ...created, data: { text: 'replaced'.repeat(200) } });
  writeSync(1, `replaced ${created.metadata.name}\n`);
  if (n % 3 !== 0) continue;
  writeSync(1, `deleting ${created.metadata.name}\n`);
  await store.delete('ConfigMap', keyOf(replaced));
  writeSync(1, `deleted ${created.metadata.name}\n`);
}
