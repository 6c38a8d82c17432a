import type { EndedProcess, EngineProcess, Order } from './order.ts';
import type { Report } from './report.ts';

/** Version of the protocol between operator and agent; the operator speaks this one and the one before. */
export const PROTOCOL = 2;

/** Says which agent asks, percent-encoded, so that it is known who it is before its body is read. */
export const AGENT_HEADER = 'stash-agent';

/** `POST /v1/agents/poll`: says who is there and what became of its orders; answered at once when there is something, else after a while. */
export interface PollRequest {
  protocol: number;
  agent: string;
  /** Identity of this run of the agent program. */
  instance: string;
  /** Identity of its journal: another one knows nothing of what this one took. Absent from agents of before there was one. */
  journal?: string;
  /** Uid of the pod it runs in, so that what a pod had can be told from what its successor has. */
  pod?: string;
  /** Latest report of each order that is not acknowledged. */
  reports: Report[];
  /** Orders it has been told to stop and is stopping, so that it is not told again. */
  stopping?: string[];
  /** Processes that ended uncleanly and whose locks may still be there. */
  ended: EndedProcess[];
  /** Processes of the engine that run now. Should the agent vanish with its pod, their locks may go. */
  processes?: EngineProcess[];
  /** Milliseconds the operator may hold the answer back. */
  waitMs: number;
}

export interface PollResponse {
  epoch: number;
  orders: Order[];
  /** Orders to stop. */
  cancel: { orderId: string; reason: string }[];
  /** Reports that are safely in the status of their object; the agent forgets them. */
  acknowledged: string[];
  /** Ended processes whose locks are gone. */
  cleared: string[];
  /** Nothing more is expected of this agent: it may end when it has been idle. */
  idle: boolean;
  /** For people: why the gate of a pod has to wait. */
  waiting?: string;
}

/** Identity of an ended process in `PollResponse.cleared`. */
export function endedId(ended: EngineProcess): string {
  return `${ended.hostname}/${ended.pid}/${ended.startTicks}`;
}
