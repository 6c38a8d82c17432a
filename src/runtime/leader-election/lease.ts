/** What is known of who leads: a Lease of coordination.k8s.io/v1, without the times in it, which are another machine's. */
export interface Lease {
  /** Empty after a leader has given it back. */
  holder: string;
  /** For how long a write of it holds, in milliseconds. */
  durationMs: number;
  /** Grows with every term; the term's epoch. */
  transitions: number;
  /** Opaque; another one after every write. */
  version: string;
}

/** Where the lease is kept. A call rejects soon after `signal` aborts. */
export interface LeaseClient {
  /** Undefined when there is none yet. */
  read(signal: AbortSignal): Promise<Lease | undefined>;
  /** AlreadyExists when another was faster. */
  create(lease: Omit<Lease, 'version'>, signal: AbortSignal): Promise<Lease>;
  /** Conflict when `lease.version` is not the stored one any more, NotFound when it was deleted. */
  update(lease: Lease, signal: AbortSignal): Promise<Lease>;
}
