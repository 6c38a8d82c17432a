/** The framing of the API's streams: each message begins with the number of its channel. */
const [STDOUT, STDERR, ERROR] = [1, 2, 3];

export function frameOf(data: unknown): { channel: 'output' | 'end' | 'other'; payload: Buffer } {
  if (!(data instanceof ArrayBuffer)) return { channel: 'other', payload: Buffer.alloc(0) };
  const [number, payload] = [new Uint8Array(data)[0], Buffer.from(data).subarray(1)];
  // The first message of a stream is empty: it says that the stream is there.
  if (payload.length === 0) return { channel: 'other', payload };
  return { channel: number === STDOUT || number === STDERR ? 'output' : number === ERROR ? 'end' : 'other', payload };
}

/** How a command ended, or why there was none. */
export type ExecEnd = { exitCode: number } | { problem: string };

/** `text`: the meta/v1 Status on the channel for errors, which also tells of a success. */
export function endOf(text: string): ExecEnd {
  const status = parsed(text);
  if (status?.status === 'Success') return { exitCode: 0 };
  const code = Number(status?.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message);
  if (status?.reason === 'NonZeroExitCode' && Number.isInteger(code)) return { exitCode: code };
  return { problem: status?.message ?? text.trim().slice(0, 500) };
}

interface Status {
  status?: string;
  reason?: string;
  message?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
}

function parsed(text: string): Status | undefined {
  try {
    return JSON.parse(text) as Status;
  } catch {
    return undefined;
  }
}
