import type { Desk } from '../orders/desk.ts';
import type { Clock } from '../runtime/clock.ts';
import type { EventRecorder } from '../runtime/events.ts';
import type { Locks } from '../runtime/locks.ts';
import type { Logger } from '../runtime/log.ts';
import type { Store } from '../store/store.ts';
import type { PlatformPort } from './platform-port.ts';
import type { Gates } from './repository/gates.ts';

/** What controllers work with; made once, where the program is wired. */
export interface Context {
  store: Store;
  clock: Clock;
  log: Logger;
  events: EventRecorder;
  desk: Desk;
  platform: PlatformPort;
  /** Who may use a repository now: sessions share it, maintenance has it alone. */
  gates: Gates;
  /** Held while a slot is given away, so that two sessions cannot both see it free. */
  slots: Locks;
  /** Transitions of the lease this operator holds; goes into every order. */
  epoch: number;
  /** When this operator began: nothing was waited for before. */
  startedAt: Date;
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export function timeText(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
