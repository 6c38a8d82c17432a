import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { command } from '../tools/command.ts';
import { installRestic } from '../tools/debian.ts';
import { loadedLibraries } from './loaded-libraries.ts';

// `programs.ts OUT`: Node, restic and rclone with all they load below OUT/stash. Runs while the image is built.

/** Where it all is at run time, in our image as in the images that it is mounted into: the programs have this path in them. */
const HOME = '/stash';

const out = process.argv[2] ?? '';
const home = join(out, HOME);
for (const folder of ['bin', 'lib', 'etc']) await mkdir(join(home, folder), { recursive: true });

await movable(process.execPath, 'node');
await movable('/usr/bin/rclone', 'rclone');
const work = await mkdtemp(join(tmpdir(), 'restic-'));
await mkdir(join(work, 'bin'));
await installRestic(work);
await movable(join(work, 'bin', 'restic'), 'restic');
await certificates(join(home, 'etc', 'ca-certificates.crt'));
await emptyRoot();

/** A copy that asks for its loader and its libraries in HOME/lib. Stripped first: patchelf's result does not survive strip. */
async function movable(program: string, name: string): Promise<void> {
  const copy = join(home, 'bin', name);
  const loader = (await command('patchelf', ['--print-interpreter', program])).trim();
  const libraries = loadedLibraries(await command('ldd', [program]));
  for (const library of libraries) {
    await copyFile(await realpath(library), join(home, 'lib', basename(library)));
    await chmod(join(home, 'lib', basename(library)), 0o755);
  }
  await copyFile(await realpath(program), copy);
  await command('strip', ['--strip-all', copy]);
  // An rpath, not a runpath: it also holds for what the libraries load, and goes before an LD_LIBRARY_PATH of the image we are a guest in.
  const paths = ['--set-interpreter', `${HOME}/lib/${basename(loader)}`, '--force-rpath', '--set-rpath', `${HOME}/lib`];
  await command('patchelf', [...paths, copy]);
  await chmod(copy, 0o755);
}

/** Node brings its own; restic and rclone read this file. */
async function certificates(file: string): Promise<void> {
  const folder = '/usr/share/ca-certificates/mozilla';
  const names = (await readdir(folder)).filter((name) => name.endsWith('.crt')).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  await writeFile(file, texts.map((text) => `${text.trim()}\n`).join(''));
}

async function emptyRoot(): Promise<void> {
  await mkdir(join(out, 'etc'), { recursive: true });
  await mkdir(join(out, 'tmp'), { recursive: true });
  await chmod(join(out, 'tmp'), 0o1777);
  await writeFile(join(out, 'etc/passwd'), 'root:x:0:0:root:/:/none\nstash:x:65532:65532:stash:/tmp:/none\n');
  await writeFile(join(out, 'etc/group'), 'root:x:0:\nstash:x:65532:\n');
  await writeFile(join(out, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}
