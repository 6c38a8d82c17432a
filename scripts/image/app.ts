import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { flagsOf } from './flags.ts';
import { launcher } from './launcher.ts';
import { copyPackage, withDependencies } from './packages.ts';
import { javaScriptName, plainJavaScript } from './plain-javascript.ts';
import { trace } from './trace.ts';

// `app.ts OUT`: our programs and the packages they load, below OUT/stash. Runs in the repository while the image is built.

/** Commands of the image, each a file of src/main. */
const COMMANDS = {
  'stash-operator': 'operator',
  'stash-agent': 'pod-agent',
  stash: 'cli',
  'stash-function': 'function',
  'stash-install': 'install',
  'stash-check-volume': 'check-volume',
};
/** Started by others of our programs, by its file. */
const STARTED = ['agent'];
/** Those that agents take with them into the images of others. */
const GUESTS: (keyof typeof COMMANDS)[] = ['stash-agent', 'stash-function'];

const home = join(process.argv[2] ?? '', 'stash');
const digest = createHash('sha256');

const all = await loadedBy([...Object.values(COMMANDS), ...STARTED]);
for (const file of all.files) {
  const text = readFileSync(file, 'utf8');
  await put(`app/${javaScriptName(file)}`, file.endsWith('.ts') ? plainJavaScript(text) : text);
}
for (const name of all.packages) await copyPackage(join('node_modules', name), join(home, 'app/node_modules', name));
await cp('catalog', join(home, 'app/catalog'), { recursive: true });
await put('app/package.json', readFileSync('package.json', 'utf8'));
digest.update(readFileSync('package-lock.json', 'utf8'));
for (const [command, program] of Object.entries(COMMANDS)) {
  await put(`bin/${command}`, launcher(`/stash/app/src/main/${program}.js`, flagsOf(command)), 0o755);
}

const guest = await loadedBy(GUESTS.map((command) => COMMANDS[command]));
const paths = [
  ...['bin/node', 'bin/restic', 'lib', 'etc', 'app/package.json'],
  ...GUESTS.map((command) => `bin/${command}`),
  ...[...guest.files].map((file) => `app/${javaScriptName(file)}`),
  ...guest.packages.map((name) => `app/node_modules/${name}`),
];
const build = digest.copy().digest('hex').slice(0, 16);
await put('agent-files.json', `${JSON.stringify({ build, paths: paths.toSorted() }, undefined, 1)}\n`);

async function loadedBy(programs: readonly string[]): Promise<{ files: Set<string>; packages: string[] }> {
  const { files, packages } = trace(
    programs.map((program) => `src/main/${program}.ts`),
    (file) => readFileSync(file, 'utf8'),
  );
  return { files, packages: await withDependencies('node_modules', packages) };
}

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  digest.update(path).update(text);
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), text, { mode });
}
