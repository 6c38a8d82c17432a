import { cpSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * `stash-install DIRECTORY`: copies out of the image what an agent needs to run in any other one: Node with its loader and libraries,
 * restic, the agent. The directory is a volume that the agent's container mounts at /stash, where the programs expect themselves.
 * May be called again: what is there already is left alone.
 */
const LIST = 'agent-files.json';

const home = new URL('../../../', import.meta.url).pathname;
const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('usage: stash-install DIRECTORY\n');
  process.exit(64);
}
const list = await readFile(join(home, LIST), 'utf8').catch((error: NodeJS.ErrnoException) => {
  process.stderr.write(`stash-install copies out of the image of Stash and is of no use elsewhere: ${error.message}\n`);
  process.exit(69);
});
const present = await readFile(join(directory, LIST), 'utf8').catch(() => undefined);
if (present !== list) await install((JSON.parse(list) as { paths: string[] }).paths, directory);

async function install(paths: readonly string[], to: string): Promise<void> {
  await rm(join(to, LIST), { force: true });
  for (const path of paths) {
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true });
    // Removed first: a program that is running cannot be written to.
    await rm(target, { recursive: true, force: true });
    // Not in the background: on a busy node a copy there was seen to wait for ever, and the pod with it.
    cpSync(join(home, path), target, { recursive: true });
    // The agent's container may run as anybody.
    await chmod(target, (await stat(join(home, path))).mode);
  }
  // Last, and in one step: it says that all of it is there.
  await writeFile(join(to, `${LIST}.new`), list);
  await rename(join(to, `${LIST}.new`), join(to, LIST));
}
