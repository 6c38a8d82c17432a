import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commandCheck } from './check/command.ts';
import { checkCommands } from './check/commands.ts';
import { checkDocsLinks } from './check/docs-links.ts';
import { checkExamples } from './check/examples.ts';
import { checkExports } from './check/exports.ts';
import { checkFileSizes } from './check/file-sizes.ts';
import { checkForeignPlaces } from './check/foreign-places.ts';
import { checkLayers } from './check/layers.ts';
import type { Check, Outcome } from './check/outcome.ts';
import { readProjectFiles } from './project-files.ts';

const root = join(import.meta.dirname, '..');
const files = readProjectFiles(root);

const checks: Check[] = [
  ...(existsSync(join(root, 'scripts/generate.ts'))
    ? [
        {
          name: 'generated',
          run: () => commandCheck(root, 'as npm run generate makes them', 'bin/node', ['scripts/generate.ts', '--check']),
        },
      ]
    : []),
  {
    name: 'format+lint',
    run: () =>
      commandCheck(root, 'biome', 'node_modules/.bin/biome', [
        'check',
        '--max-diagnostics=200',
        '--diagnostic-level=warn',
        '--error-on-warnings',
        '.',
      ]),
  },
  { name: 'types', run: () => commandCheck(root, 'tsc', 'bin/node', ['node_modules/typescript/lib/tsc.js']) },
  { name: 'layers', run: () => checkLayers(files) },
  { name: 'exports', run: () => checkExports(files) },
  { name: 'sizes', run: () => checkFileSizes(files) },
  { name: 'links', run: () => checkDocsLinks(files) },
  { name: 'commands', run: () => checkCommands(files) },
  { name: 'examples', run: () => checkExamples(files) },
  { name: 'places', run: () => checkForeignPlaces(files) },
];

const results = await Promise.all(checks.map(async (check) => ({ check, outcome: await outcomeOf(check) })));
for (const { outcome } of results) for (const problem of outcome.problems) console.error(problem);
if (results.some(({ outcome }) => outcome.problems.length > 0)) console.error('');
for (const { check, outcome } of results) {
  console.log(`${outcome.problems.length === 0 ? 'ok    ' : 'FAILED'} ${check.name.padEnd(11)} ${outcome.note}`);
}
process.exitCode = results.every(({ outcome }) => outcome.problems.length === 0) ? 0 : 1;

async function outcomeOf(check: Check): Promise<Outcome> {
  try {
    return await check.run();
  } catch (error) {
    return { note: 'broke off', problems: [`${check.name}: ${error instanceof Error ? error.stack : String(error)}`] };
  }
}
