import { access, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forSuite, machineSources, sourceText } from './apt-source.ts';
import { command } from './command.ts';
import { writeWrappers } from './wrappers.ts';

// Debian's newer suites; restic is one static program there and runs on every Debian since 12.
const SUITES_WITH_RESTIC = ['forky', 'sid'];

/** restic from a newer suite than the machine's, through package folders of our own: nothing on the system changes. */
export async function installRestic(folder: string): Promise<void> {
  let failure: unknown;
  for (const suite of SUITES_WITH_RESTIC) {
    const work = join(folder, 'apt', suite);
    try {
      const options = await openLists(work, suite);
      await download(work, options, ['restic']);
      await command('cp', [join(work, 'out', 'usr', 'bin', 'restic'), join(folder, 'bin', 'restic')]);
      return;
    } catch (error) {
      failure = error;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  throw failure;
}

/** Packages of the machine's own suite with what they need and the machine lacks, unpacked and started through wrappers. */
export async function installPackages(folder: string, name: string, packages: string[]): Promise<void> {
  const work = join(folder, 'apt', name);
  try {
    const options = await openLists(work, await codename());
    const plan = await command('apt-get', [...options, '--simulate', '--no-install-recommends', 'install', ...packages]);
    const lacking = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
    // What is installed, but not to be found or too old, is unpacked all the same.
    await download(work, options, [...new Set([...packages, ...lacking])]);
    const root = join(folder, 'packages', name);
    await rm(root, { recursive: true, force: true });
    await mkdir(join(folder, 'packages'), { recursive: true });
    await cp(join(work, 'out'), root, { recursive: true, verbatimSymlinks: true });
    await writeWrappers(join(folder, 'bin'), root, name);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Prometheus and promtool, two programs that need nothing beside them: the pages that come along, links into the system, are left out. */
export async function installPrometheus(folder: string): Promise<void> {
  await installPackages(folder, 'prometheus', ['prometheus']);
  const root = join(folder, 'packages', 'prometheus');
  for (const part of ['etc', 'lib', 'var', 'usr/lib', 'usr/share']) await rm(join(root, part), { recursive: true, force: true });
}

/** Options for apt-get that make it use lists and cache under `work` alone; the lists of the suite are fetched. */
async function openLists(work: string, suite: string): Promise<string[]> {
  await access('/usr/bin/apt-get').catch(() => {
    throw new Error('this machine has no apt-get; install the program by hand and put it into .tools/bin or PATH');
  });
  const source = forSuite(machineSources(), await codename(), suite);
  if (source === undefined) throw new Error(`no Debian source for ${await codename()} main was found under /etc/apt`);
  for (const part of ['parts', 'lists/partial', 'cache/archives/partial', 'out']) await mkdir(join(work, part), { recursive: true });
  await writeFile(join(work, 'parts', 'debian.sources'), sourceText(source));
  const options = [
    'Dir::Etc::SourceList=/dev/null',
    `Dir::Etc::SourceParts=${work}/parts`,
    `Dir::State::Lists=${work}/lists`,
    `Dir::Cache=${work}/cache`,
    'APT::Sandbox::User=',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
  await command('apt-get', ['-qq', ...options, 'update']);
  return options;
}

async function download(work: string, options: string[], packages: string[]): Promise<void> {
  await command('apt-get', ['-qq', ...options, 'download', ...packages], { cwd: work });
  for (const file of await readdir(work)) {
    if (file.endsWith('.deb')) await command('dpkg', ['-x', join(work, file), join(work, 'out')]);
  }
}

async function codename(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const name = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || name === undefined) {
    throw new Error('this machine is not a Debian; install the program by hand and put it into .tools/bin or PATH');
  }
  return name;
}
