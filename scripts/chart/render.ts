import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

export interface Rendered {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of any kind
  [field: string]: any;
}

const CHART = join(import.meta.dirname, '../../chart');

/** The objects of the chart with these values (`a.b=c`); rejects with what helm says. */
export async function render(helm: string, ...values: string[]): Promise<Rendered[]> {
  const args = ['template', 'stash', CHART, '--namespace', 'backup', ...values.flatMap((value) => ['--set', value])];
  const { stdout } = await promisify(execFile)(helm, args, { maxBuffer: 64 * 1024 * 1024 });
  return parseAllDocuments(stdout).flatMap((document) => (document.contents === null ? [] : [document.toJS() as Rendered]));
}

export async function lint(helm: string): Promise<string> {
  return (await promisify(execFile)(helm, ['lint', '--strict', CHART])).stdout;
}
