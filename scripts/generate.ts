import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chartFiles } from './generate/chart.ts';
import { cliFiles } from './generate/cli.ts';
import { crdFiles } from './generate/crd.ts';
import { errorFiles } from './generate/errors.ts';
import { metricFiles } from './generate/metrics.ts';
import { referenceFiles } from './generate/reference.ts';

const root = join(import.meta.dirname, '..');
const GENERATED_FOLDERS = ['crds', 'docs/reference', 'chart/files/crds'];

const files = new Map([
  ...crdFiles(),
  ...chartFiles(crdFiles()),
  ...referenceFiles(),
  ...errorFiles(),
  ...metricFiles(),
  ...(await cliFiles()),
]);
const stale = GENERATED_FOLDERS.flatMap((folder) => namesIn(folder)).filter((name) => !files.has(name));
const different = [...files].filter(([name, text]) => textOf(name) !== text).map(([name]) => name);

if (process.argv.includes('--check')) {
  const wrong = [...different, ...stale].sort();
  for (const name of wrong) console.error(`${name} is not as "npm run generate" makes it`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} else {
  for (const name of stale) rmSync(join(root, name));
  for (const name of different) write(name, files.get(name) ?? '');
  console.log(`${files.size} files, ${different.length} written, ${stale.length} removed`);
}

function namesIn(folder: string): string[] {
  const path = join(root, folder);
  return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : [];
}

function textOf(name: string): string | undefined {
  const path = join(root, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}
