import { Agent } from 'node:http';
import type { ErrorCode } from '../errors/catalogue.ts';
import { isCode, StashError } from '../errors/error.ts';
import { mostBytes } from '../orders/limits.ts';
import { AGENT_HEADER, type PollRequest, type PollResponse } from '../orders/protocol.ts';
import { type ClusterRoute, clusterRoute } from './cluster-route.ts';
import { connectionFailure } from './connection-failure.ts';
import { post } from './post.ts';

export interface OperatorClient {
  /**
   * One long poll. OperatorUnreachable when nobody answers; OperatorUntrusted when who answers cannot show a certificate for its name from
   * the CA; TokenRefused, AgentNotAllowed, AgentReplaced, ReportTooLarge and Invalid as the operator says; Canceled when the signal aborts.
   */
  poll(body: PollRequest, signal: AbortSignal): Promise<PollResponse>;
  close(): Promise<void>;
}

/** The operator's private socket, or its URL with the files that say who we are and whom to trust; both are looked at at every poll. */
type Operator = { socketPath: string; token: string } | ClusterRoute;

/** How to reach the operator right now. */
export interface Route {
  url: string;
  /** For people. */
  place: string;
  remedy?: string;
  current(): Promise<{ agent: Agent; socketPath?: string; token: string }>;
  close(): Promise<void>;
}

export function connectOperator(operator: Operator): OperatorClient {
  const route = 'url' in operator ? clusterRoute(operator) : socketRoute(operator);
  const ask = async (body: PollRequest, signal: AbortSignal): Promise<PollResponse> => {
    const { token, ...way } = await route.current();
    const text = JSON.stringify(body);
    // The operator ends the connection of one that sends more; whether its answer is read before that is a matter of luck.
    if (Buffer.byteLength(text) > mostBytes(body.agent))
      throw new StashError('ReportTooLarge', `the report is larger than the ${mostBytes(body.agent)} bytes that the operator takes`);
    const { status, said } = await post(`${route.url}/v1/agents/poll`, {
      ...way,
      signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', [AGENT_HEADER]: body.agent },
      body: text,
    });
    if (status === 200) return JSON.parse(said) as PollResponse;
    const code = REFUSALS[status];
    if (code !== undefined) throw new StashError(code, `the operator at ${route.place} refuses: ${said.slice(0, 1_000)}`);
    throw new Error(`${status} ${said.slice(0, 1_000)}`);
  };
  return {
    poll: async (body, signal) => {
      try {
        return await ask(body, signal);
      } catch (cause) {
        if (signal.aborted) throw new StashError('Canceled', 'the poll was given up', { cause });
        if (isCode(cause, ...Object.values(REFUSALS), 'OperatorUnreachable')) throw cause;
        throw connectionFailure(cause as Error, route);
      }
    },
    close: route.close,
  };
}

const REFUSALS: Record<number, ErrorCode> = {
  400: 'Invalid',
  401: 'TokenRefused',
  403: 'AgentNotAllowed',
  409: 'AgentReplaced',
  413: 'ReportTooLarge',
};

function socketRoute({ socketPath, token }: { socketPath: string; token: string }): Route {
  const agent = new Agent({ keepAlive: true });
  return {
    url: 'http://operator',
    place: socketPath,
    current: async () => ({ agent, socketPath, token }),
    close: async () => agent.destroy(),
  };
}
