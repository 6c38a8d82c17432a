import { randomUUID } from 'node:crypto';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';

enableCompileCache();

const [{ runCli }, { systemClock }, { colorFor }] = await Promise.all([
  import('../cli/run.ts'),
  import('../runtime/clock.ts'),
  import('../cli/output/color.ts'),
]);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The second one ends the process at once, as the default would.
  process.once(signal, () => interrupted.abort());
}
// The reader is gone (`stash get ... | head`): nobody is left to tell anything.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`error: the output cannot be written: ${error.message}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.stderr.on('error', () => {});

process.exitCode = await runCli(
  {
    out: output(process.stdout),
    err: output(process.stderr),
    readStdin: () => text(process.stdin),
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    root: process.getuid?.() === 0,
    clock: systemClock,
    newId: randomUUID,
    signal: interrupted.signal,
  },
  process.argv.slice(2),
);

function output(stream: NodeJS.WriteStream) {
  return {
    write: (chunk: string) => void stream.write(chunk),
    terminal: stream.isTTY === true,
    width: stream.columns || 100,
    color: colorFor(stream.isTTY === true, process.env),
  };
}
