import { setTimeout as delay } from 'node:timers/promises';
import { isCode, StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import type { FunctionContext } from '../function.ts';
import { dataDirectoryHolder } from './holder.ts';
import { openServer } from './server.ts';
import { untilAnswers } from './until-answers.ts';

const WAIT_MS = 60_000;
const POLL_MS = 100;
const STOPPED = 'the restore was stopped while it waited for the server';

/** Runs stopCommand and waits until no server holds the directory. Throws CommandFailed, DatabaseRunning or Canceled. */
export async function stopServer(context: FunctionContext, directory: string): Promise<void> {
  await command(context, 'stop', context.restore.stopCommand);
  for (let waited = 0; ; waited += POLL_MS) {
    const holder = await dataDirectoryHolder(directory);
    if (holder === undefined) return;
    if (waited >= WAIT_MS)
      throw new StashError('DatabaseRunning', `a server (pid ${holder}) still runs on ${directory} ${WAIT_MS / 1000} s after stopCommand`);
    await delay(POLL_MS, undefined, { signal: context.signal }).catch(() => {
      throw new StashError('Canceled', STOPPED);
    });
  }
}

/** Runs startCommand, if there is one, and waits until the server of the connection answers. Throws CommandFailed, DatabaseUnreachable or Canceled. */
export async function startServer(context: FunctionContext): Promise<void> {
  if (context.restore.startCommand.length === 0) return;
  await command(context, 'start', context.restore.startCommand);
  if (context.connection === undefined) return;
  const server = openServer(context.connection, context.scratch, context.env, context.signal);
  const patience = { limitMs: WAIT_MS, pollMs: POLL_MS, signal: context.signal, stopped: STOPPED };
  await untilAnswers(server, patience).catch((error: unknown) => {
    // The account may be another one in the restored data: the server answers, that is what counts here.
    if (!isCode(error, 'DatabaseAccessDenied')) throw error;
  });
}

async function command(context: FunctionContext, name: 'stop' | 'start', argv: string[]): Promise<void> {
  const [program, ...args] = argv;
  if (program === undefined) return;
  context.log(`${name}Command: ${argv.join(' ')}`);
  const ended = await run({
    command: program,
    args,
    env: context.env,
    signal: context.signal,
    leftBehind: 'leave',
    onStderr: context.log,
    onStdout: context.log,
  });
  if (ended.canceled) throw new StashError('Canceled', `${name}Command "${argv.join(' ')}" was stopped`);
  if (ended.exitCode === 0) return;
  const how = ended.exitCode === null ? `signal ${ended.signal}` : `exit code ${ended.exitCode}`;
  // Whole lines: the agent, which takes secrets out, would not recognize a piece of one.
  const said = ended.stderrTail.trim().split('\n').slice(-3).join(' / ');
  throw new StashError('CommandFailed', `${name}Command "${argv.join(' ')}" ended with ${how}${said === '' ? '' : `: ${said}`}`);
}
