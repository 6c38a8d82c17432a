import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { isCode } from '../../errors/error.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import type { AgentContainer } from './agent-pods.ts';

/** What an agent wrote about one of its orders. */
export interface LogLine {
  time: string;
  /** `time step text`, as the logs of one machine have it. */
  text: string;
}

interface Reading {
  /** `Kind/NAMESPACE/NAME` of the object whose lines are wanted. */
  purpose: string;
  /** Lines from this time on; RFC 3339. */
  since?: string | undefined;
  follow?: boolean;
  /** What the container wrote before it was started again. */
  previous?: boolean;
  signal: AbortSignal;
}

/** Lines about the object in the order in which they were written; none when the log is gone. Ends without an error at the signal. */
export async function* logLines(connection: Connection, agent: AgentContainer, reading: Reading): AsyncGenerator<LogLine> {
  const { namespace, pod, container } = agent;
  const { since, follow, previous, signal, purpose } = reading;
  const bytes = connection.bytes({
    what: `read the log of ${namespace}/${pod} (${container})`,
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
    query: { container, follow: follow || undefined, previous: previous || undefined, sinceTime: since },
    signal,
  });
  try {
    for await (const line of createInterface({ input: Readable.from(bytes), crlfDelay: Number.POSITIVE_INFINITY })) {
      const found = parseLine(line, purpose);
      if (found !== undefined) yield found;
    }
  } catch (error) {
    // The pod, or what it wrote, went in between.
    if (signal.aborted || isCode(error, 'NotFound', 'Invalid')) return;
    throw error;
  }
}

/** Undefined for lines about something else, and for those that no agent wrote. */
export function parseLine(line: string, purpose: string): LogLine | undefined {
  if (!line.startsWith('{') || !line.includes(purpose)) return undefined;
  try {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    if (parsed.purpose !== purpose || typeof parsed.time !== 'string') return undefined;
    const text = [parsed.time, parsed.step, parsed.message].filter((part) => typeof part === 'string' && part !== '').join(' ');
    return { time: parsed.time, text };
  } catch {
    // Cut off.
    return undefined;
  }
}
