import { StashError } from '../../../errors/error.ts';
import { tail } from '../../../process/tail.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { type ContainerPlace, containerText } from './container-place.ts';
import { type ExecEnd, endOf, frameOf } from './frames.ts';
import { whyNot } from './why-not.ts';

/** The newer one first. They differ in what a client may send, which is nothing here. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const OUTPUT_BYTES = 64 * 1024;

/**
 * Runs a command in a container and waits for its end; `output` is the end of what it printed to stdout and stderr. When the signal aborts,
 * the connection is closed, and the command left to itself. Throws HookRefused without the right to do this, HookFailed when the command
 * could not be started or its end is not known.
 */
export async function runInContainer(
  connection: Connection,
  place: ContainerPlace,
  command: readonly string[],
  signal: AbortSignal,
): Promise<{ exitCode: number; output: string }> {
  const socket = await connection.socket({ path: pathOf(place, command), protocols: PROTOCOLS, signal }).catch(async (cause: unknown) => {
    throw signal.aborted ? stopped(place) : await whyNot(connection, place, pathOf(place, command), cause);
  });
  const output = tail(OUTPUT_BYTES);
  const settled = Promise.withResolvers<ExecEnd | undefined>();
  const onAbort = () => settled.reject(stopped(place));
  socket.addEventListener('message', ({ data }) => {
    const { channel, payload } = frameOf(data);
    if (channel === 'output') output.add(payload);
    // It comes when all output has.
    else if (channel === 'end') settled.resolve(endOf(payload.toString()));
  });
  socket.addEventListener('close', () => settled.resolve(undefined));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const end = await settled.promise;
    const said = output.text();
    if (end !== undefined && 'exitCode' in end) return { exitCode: end.exitCode, output: said };
    throw new StashError(
      'HookFailed',
      `the command of the hook in ${containerText(place)} ${end === undefined ? CUT : `could not be run: ${end.problem}`}`,
    );
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.close();
  }
}

const CUT = 'did not tell how it ended: the connection to it was cut, or its pod is gone';

function pathOf({ namespace, pod, container }: ContainerPlace, command: readonly string[]): string {
  const query = new URLSearchParams([
    ['container', container],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ...command.map((part): [string, string] => ['command', part]),
  ]);
  return `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query}`;
}

function stopped(place: ContainerPlace): StashError {
  return new StashError(
    'HookFailed',
    `the command in ${containerText(place)} had not ended; nothing waits for it any more, and it may still run there`,
  );
}
