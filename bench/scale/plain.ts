import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { javaScriptName, plainJavaScript } from '../../scripts/image/plain-javascript.ts';
import { trace } from '../../scripts/image/trace.ts';

/** Writes a program of this repository, and all that it loads, below `folder` as the image has them: without types. Answers with its file. */
export async function asInImage(program: string, folder: string): Promise<string> {
  const home = join(import.meta.dirname, '../..');
  const { files } = trace([program], (file) => readFileSync(join(home, file), 'utf8'));
  for (const file of new Set([...files, 'package.json'])) {
    const to = join(folder, javaScriptName(file));
    await mkdir(dirname(to), { recursive: true });
    const text = readFileSync(join(home, file), 'utf8');
    await writeFile(to, file.endsWith('.ts') ? plainJavaScript(text) : text);
  }
  await symlink(join(home, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, javaScriptName(program));
}
