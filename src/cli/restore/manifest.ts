import { resolve } from 'node:path';
import { KINDS } from '../../api/kinds.ts';
import type { TargetRef } from '../../api/references.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { restoreLabels } from '../../api/session-labels.ts';
import type { RestoreRule } from '../../api/target.ts';
import type { TaskRef } from '../../api/task-ref.ts';
import { StashError } from '../../errors/error.ts';
import { hash5, label } from '../../rules/names.ts';
import { pointOf } from './point.ts';
import type { RestoreSource } from './source.ts';
import { CLAIM, hostRef, resolveTargetText } from './target-ref.ts';

export interface RestoreWishes {
  to?: string;
  snapshot?: string[];
  host?: string;
  targetHost?: string[];
  include?: string[];
  exclude?: string[];
  allowOverwrite?: boolean;
  previousData?: 'Keep' | 'Discard';
  stopCommand?: string;
  startCommand?: string;
  timeOut?: string;
  at?: string;
  gtid?: string;
  exclusive?: boolean;
  timeline?: string;
  latest?: boolean;
}

/** The RestoreSession for what was asked on the command line. `requestId` makes its name a new one. */
export function restoreManifest(
  source: RestoreSource,
  wishes: RestoreWishes,
  context: { namespace: string; cwd: string; requestId: string; cluster: boolean; now: Date },
): RestoreSession {
  const { namespace } = context;
  if (context.cluster) refuseMachine(wishes);
  const place = placeOf(source, wishes.to, context);
  const rules = rulesOf(wishes);
  // The volume has to appear where the data was, since files go where they came from.
  const mounts = place.ref.kind === CLAIM ? source.target?.mounts : undefined;
  return {
    apiVersion: KINDS.RestoreSession.apiVersion,
    kind: 'RestoreSession',
    metadata: {
      name: `${label(source.name, 38)}-restore-${hash5([context.requestId])}`,
      namespace,
      labels: restoreLabels(place.ref, namespace),
    },
    spec: {
      driver: 'Restic',
      repository: source.repository,
      previousData: wishes.previousData ?? 'Keep',
      ...pointOf(wishes, context.now),
      ...(wishes.allowOverwrite === undefined ? {} : { allowOverwrite: wishes.allowOverwrite }),
      ...(wishes.stopCommand === undefined ? {} : { stopCommand: shell(wishes.stopCommand) }),
      ...(wishes.startCommand === undefined ? {} : { startCommand: shell(wishes.startCommand) }),
      ...(wishes.timeOut === undefined ? {} : { timeOut: wishes.timeOut }),
      ...(place.task === undefined ? {} : { task: place.task }),
      target: {
        ref: place.ref,
        ...(place.ownTarget && source.target?.alias !== undefined ? { alias: source.target.alias } : {}),
        ...(place.ownTarget && source.target?.appBinding !== undefined ? { appBinding: source.target.appBinding } : {}),
        ...(mounts === undefined ? {} : { volumeMounts: mounts }),
        ...(rules.length === 0 ? {} : { rules }),
      },
    },
  };
}

/** What only makes sense where the command line and the data are on one machine. */
function refuseMachine({ to, stopCommand, startCommand }: RestoreWishes): void {
  if (to !== undefined && /^[./]/.test(to)) {
    throw new StashError('Usage', `--to ${to} is a directory of this machine; on a cluster data goes into a workload or a volume`, {
      remedy: 'Restore into a new PersistentVolumeClaim with --to PersistentVolumeClaim/NAME and look at it there.',
    });
  }
  const given = stopCommand !== undefined ? '--stop-command' : startCommand !== undefined ? '--start-command' : undefined;
  if (given !== undefined) {
    throw new StashError('Usage', `${given} is for one machine; on a cluster data is put in place before the pods start`, {
      remedy: 'Leave it out. Hooks of the RestoreSession run commands in containers.',
    });
  }
}

interface Place {
  ref: TargetRef;
  /** The target of the configuration: its host names and log-in hold. */
  ownTarget: boolean;
  task?: TaskRef;
}

/** `--to`: a directory, another target as KIND/NAME, or (absent) where the data came from. */
function placeOf(source: RestoreSource, to: string | undefined, { cwd, cluster }: { cwd: string; cluster: boolean }): Place {
  const own = source.target?.ref;
  if (to === undefined) {
    if (own === undefined)
      throw new StashError('Usage', `say where the data goes with --to KIND/NAME${cluster ? '' : ' or --to DIRECTORY'}`);
    return { ref: own, ownTarget: true, ...(source.task && { task: source.task }) };
  }
  if (/^[./]/.test(to)) {
    // Without a configuration nothing tells what the data belongs to; as files it can always be looked at.
    const ref = own ?? hostRef(source.name);
    return { ref, ownTarget: own !== undefined, task: toDirectory(source.task, resolve(cwd, to)) };
  }
  const ref = cluster ? resolveTargetText(to, '', 'cluster') : resolveTargetText(to, ', or a directory as /PATH or ./PATH');
  const ownTarget = own !== undefined && own.kind === ref.kind && own.name === ref.name;
  return { ref: ownTarget ? own : ref, ownTarget, ...(source.task && { task: source.task }) };
}

function toDirectory(task: TaskRef | undefined, directory: string): TaskRef {
  const others = (task?.params ?? []).filter((param) => param.name !== 'destination');
  return { ...task, params: [...others, { name: 'destination', value: directory }] };
}

function rulesOf({ snapshot = [], host, targetHost = [], include = [], exclude = [] }: RestoreWishes): RestoreRule[] {
  if (targetHost.length === 0 && snapshot.length === 0 && host === undefined && include.length === 0 && exclude.length === 0) return [];
  return [
    {
      targetHosts: targetHost,
      ...(host === undefined ? {} : { sourceHost: host }),
      ...(snapshot.length === 0 ? {} : { snapshots: snapshot.map(snapshotId) }),
      ...(include.length === 0 ? {} : { include }),
      ...(exclude.length === 0 ? {} : { exclude }),
    },
  ];
}

/** The id in `REPOSITORY-1a2b3c4d`, the name that `stash snapshots` shows; anything else is taken for an id. */
function snapshotId(text: string): string {
  const id = /^(?:.*-)?([0-9a-f]{8,64})$/.exec(text)?.[1];
  if (id === undefined)
    throw new StashError('Usage', `"${text}" is not a snapshot; give its id (at least 8 characters) or its name`, {
      remedy: 'List them with "stash snapshots REPOSITORY".',
    });
  return id;
}

function shell(command: string): string[] {
  return ['/bin/sh', '-c', command];
}
