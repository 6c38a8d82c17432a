import type { Access } from '../../src/store/kubernetes/credentials.ts';

/** How the operator of a benchmark reaches its API server: read from a kubeconfig by somebody else, since the library for that takes 60 MB. */
export interface OperatorStart {
  server: string;
  access: Access;
  /** Serving certificate for agents. */
  certificate: { key: string; cert: string };
}

export type FromOperator =
  | { type: 'listening'; port: number }
  /** Every object there was has been queued. */
  | { type: 'ready' }
  /** An agent is needed: in a cluster a Job would be made. */
  | { type: 'ensure'; agent: string }
  | { type: 'stats'; stats: OperatorStats };

export interface OperatorStats {
  /** Bytes; `peak` since the process began. */
  rss: number;
  peak: number;
  /** Requests to the API server since the process began, by method; watches are not counted. */
  requests: Record<string, number>;
  /** CPU seconds since the process began. */
  cpu: number;
}

export interface AgentsStart {
  url: string;
  tokenFile: string;
  caFile: string;
}
