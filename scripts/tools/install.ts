import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolName } from '../../src/platform/tools/catalogue.ts';
import { defaultPlaces, findTool, isFound } from '../../src/platform/tools/locate.ts';
import { installAzurite } from './azurite.ts';
import { installClusterClients } from './cluster-clients.ts';
import { installPackages, installPrometheus, installRestic } from './debian.ts';
import { installGoProgram } from './go-program.ts';

const USAGE = `usage: bin/node scripts/tools/install.ts [--emulators] [TOOL...]

Puts what is missing on this machine into .tools, touching nothing else: restic, MariaDB, rclone and ssh from the
machine's own Debian mirror. --emulators adds the storage servers of the full test run, Prometheus, and the clients of a
cluster (needs go and npm).
`;

interface Recipe {
  tools: ToolName[];
  emulator?: true;
  install: (folder: string) => Promise<void>;
}

const RECIPES: Recipe[] = [
  { tools: ['restic'], install: installRestic },
  {
    tools: ['mariadbd', 'mariadb-install-db', 'mariadb-backup', 'mariadb'],
    install: (folder) => installPackages(folder, 'mariadb', ['mariadb-server', 'mariadb-client', 'mariadb-backup']),
  },
  { tools: ['rclone'], install: (folder) => installPackages(folder, 'rclone', ['rclone']) },
  { tools: ['ssh'], install: (folder) => installPackages(folder, 'ssh', ['openssh-client']) },
  { tools: ['sshd'], emulator: true, install: (folder) => installPackages(folder, 'sshd', ['openssh-server']) },
  {
    tools: ['versitygw'],
    emulator: true,
    install: (folder) => installGoProgram(folder, 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'),
  },
  {
    tools: ['fake-gcs-server'],
    emulator: true,
    install: (folder) => installGoProgram(folder, 'github.com/fsouza/fake-gcs-server@v1.56.1'),
  },
  { tools: ['azurite-blob'], emulator: true, install: installAzurite },
  { tools: ['promtool', 'prometheus'], emulator: true, install: installPrometheus },
  { tools: ['helm', 'kubectl'], emulator: true, install: installClusterClients },
];

process.exitCode = await main(process.argv.slice(2));

/** Exit code 0 when every tool that was asked for is there, 1 when one is not, 64 for a wrong call. */
async function main(args: string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const known = RECIPES.flatMap(({ tools }) => tools as string[]);
  if (args.some((arg) => arg.startsWith('-') && arg !== '--emulators') || names.some((name) => !known.includes(name))) {
    process.stderr.write(`${USAGE}tools: ${known.join(', ')}\n`);
    return 64;
  }
  const wanted = (recipe: Recipe) =>
    names.length > 0 ? recipe.tools.some((tool) => names.includes(tool)) : recipe.emulator === undefined || args.includes('--emulators');
  const folder = defaultPlaces().toolsDir;
  await mkdir(join(folder, 'bin'), { recursive: true });
  let missing = 0;
  for (const recipe of RECIPES.filter(wanted)) missing += await provide(recipe, folder);
  return missing === 0 ? 0 : 1;
}

/** How many of the recipe's tools are missing afterwards. */
async function provide(recipe: Recipe, folder: string): Promise<number> {
  const before = await Promise.all(recipe.tools.map((tool) => findTool(tool)));
  if (before.some((tool) => !isFound(tool))) {
    say(`${recipe.tools[0]}: installing into ${folder}`);
    try {
      await recipe.install(folder);
    } catch (error) {
      say(`${recipe.tools[0]}: ${error instanceof Error ? error.message : error}`);
    }
  }
  let missing = 0;
  for (const name of recipe.tools) {
    const tool = await findTool(name);
    if (!isFound(tool)) missing += 1;
    say(isFound(tool) ? `${name}: ${tool.version ?? 'there'} (${tool.path})` : `${name}: MISSING - ${tool.missing}. ${tool.remedy}`);
  }
  return missing;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
