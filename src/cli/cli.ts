import type { Place } from '../rules/not-yet.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Credentials } from '../store/kubernetes/credentials.ts';
import type { Color } from './output/color.ts';

/** What a command sees of the world outside; src/main/cli.ts fills it, tests fill it by hand. */
export interface Cli {
  out: Output;
  err: Output;
  /** All of stdin. */
  readStdin: () => Promise<string>;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  root: boolean;
  clock: Clock;
  /** A fresh random identifier (UUID). */
  newId: () => string;
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal;
}

export interface Output {
  write: (text: string) => void;
  /** Whether a person looks at it: live progress and colours only then. */
  terminal: boolean;
  /** Width in characters. */
  width: number;
  color: Color;
}

/** Options every command has. */
export interface GlobalOptions {
  dataDir?: string;
  /** As it was given; see `namespaceOf`. */
  namespace?: string;
  kubeconfig?: string;
  context?: string;
  cluster?: boolean;
  /** Where the operator of the cluster is. */
  operatorNamespace?: string;
  /** The cluster that the command works on, found before it starts. Absent: this machine. */
  credentials?: Credentials;
  json?: boolean;
  verbose?: boolean;
}

/** The namespace that is meant: the one given, on a cluster else that of the context. */
export function namespaceOf(options: GlobalOptions): string {
  return options.namespace ?? options.credentials?.namespace ?? 'default';
}

/** Where what the command works on runs. */
export function placeOf({ credentials }: GlobalOptions): Place {
  return credentials === undefined ? 'Machine' : 'Cluster';
}
