import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

interface DemoPlaces {
  repository: string;
  documents: string;
  servers: { name: string; url: string; datadir: string }[];
  password: string;
  login: { username: string; password: string };
}

/** The example manifests with the demonstration's own places, passwords and short schedules; everything else is as in `examples/`. */
export function demoManifests(examples: string, places: DemoPlaces): string {
  const objects = ['files.yaml', 'mariadb-replicated.yaml'].flatMap((name) =>
    parseAllDocuments(readFileSync(join(examples, name), 'utf8')).map((document) => document.toJS() as Record<string, unknown>),
  );
  for (const object of objects) change(object, places);
  return objects.map((object) => stringify(object)).join('---\n');
}

/** Paths into a manifest by kind and name, and what the demonstration puts there. */
function change(object: Record<string, unknown>, places: DemoPlaces): void {
  const { kind, metadata } = object as { kind: string; metadata: { name: string } };
  const changes: Record<string, [string[], unknown][]> = {
    'Secret/local-repository': [[['stringData', 'RESTIC_PASSWORD'], places.password]],
    'Secret/orders-login': [[['stringData'], places.login]],
    'Repository/local': [[['spec', 'backend', 'local', 'mountPath'], places.repository]],
    'AppBinding/orders': [[['spec', 'parameters', 'stash', 'servers'], places.servers]],
    'BackupConfiguration/documents': [
      [['spec', 'target', 'paths'], [places.documents]],
      [['spec', 'schedule'], '* * * * *'],
    ],
    'BackupConfiguration/orders': [
      [
        ['spec', 'execOps'],
        [{ alias: 'full' }, { alias: 'incremental' }, { alias: 'log', schedule: '* * * * *' }],
      ],
    ],
  };
  for (const [path, value] of changes[`${kind}/${metadata.name}`] ?? []) put(object, path, value);
}

function put(object: Record<string, unknown>, path: string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) object[first] = value;
  else put(object[first] as Record<string, unknown>, rest, value);
}
