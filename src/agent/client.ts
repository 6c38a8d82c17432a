import { Agent, request } from 'undici';
import { StashError } from '../errors/error.ts';
import type { PollRequest, PollResponse } from '../orders/protocol.ts';

export interface OperatorClient {
  /** One long poll. OperatorUnreachable when nobody answers; Canceled when the signal aborts. */
  poll(body: PollRequest, signal: AbortSignal): Promise<PollResponse>;
  close(): Promise<void>;
}

/** Dials the operator's private socket; the token says who we are. */
export function connectOperator(socketPath: string, token: string): OperatorClient {
  const dispatcher = new Agent({ connect: { socketPath }, headersTimeout: 60_000, bodyTimeout: 60_000 });
  return {
    poll: async (body, signal) => {
      try {
        const answer = await request('http://operator/v1/agents/poll', {
          dispatcher,
          signal,
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        const text = await answer.body.text();
        if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text.slice(0, 200)}`);
        return JSON.parse(text) as PollResponse;
      } catch (cause) {
        if (signal.aborted) throw new StashError('Canceled', 'the poll was given up', { cause });
        throw new StashError('OperatorUnreachable', `no answer from the operator at ${socketPath}: ${(cause as Error).message}`, { cause });
      }
    },
    close: () => dispatcher.destroy(),
  };
}
