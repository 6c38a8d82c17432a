import type { PlannedHost, PlannedPoint, RestoreSessionSpec, RestoreSessionStatus } from '../../api/restore-session.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { StashError } from '../../errors/error.ts';
import type { RestoreTask } from '../../orders/order.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import type { Binding } from '../../rules/binding.ts';
import { formatBytes } from '../../rules/bytes.ts';
import { formatState, parseState } from '../../rules/gtid/state.ts';
import { type HostRestore, hostRestore } from '../../rules/host-rules.ts';
import { bytesToFetch, type Choice, chooseBase, chooseFound, chooseLatest, logsToRead, type PointWish } from '../../rules/window/choose.ts';
import { estimateText } from '../../rules/window/estimate.ts';
import { plannedPoint } from '../../rules/window/planned-point.ts';
import { pointWish, sourceTarget } from '../../rules/window/point-wish.ts';
import { type Stored, type StoredLog, storedOf } from '../../rules/window/stored.ts';
import { requireNewest } from '../../rules/window/unreached.ts';
import { timeText } from '../context.ts';
import { targetText } from '../platform-port.ts';
import type { openRepository } from '../repository/open.ts';
import { endedTwice } from '../repository/order.ts';
import { sourceOf } from './claims.ts';
import { type RestoreOutcome, type RestoreRun, wait } from './restore-run.ts';

interface PointInput {
  opened: Awaited<ReturnType<typeof openRepository>>;
  binding: Binding;
  hosts: readonly string[];
  incomplete: ReadonlySet<string>;
  snapshots: readonly Snapshot[];
  /** Where a host's data goes, when it is of these hosts. */
  placeOf: (host: string, writers: readonly string[]) => string | undefined;
}

const RESOLVE_TIMEOUT_MS = 3 * 3_600_000;

/** Throws Invalid for a point that is none, lies in the future or stands beside snapshots that are named, and for what knows no points. */
export function checkPoint(spec: RestoreSessionSpec, now: Date, { steps, supports }: Pick<Binding, 'steps' | 'supports'>): void {
  const wish = pointWish(spec);
  if (wish === undefined) return;
  if (wish.time !== undefined && wish.time > now.getTime())
    throw new StashError('Invalid', `spec.pointInTime.time: ${spec.pointInTime?.time} is in the future`, {
      remedy: 'Leave pointInTime out for the newest point there is.',
    });
  if (wish.gtid !== undefined && parseState(wish.gtid).size === 0) throw new StashError('Invalid', 'spec.pointInTime.gtid is empty');
  if (isNamed(wish) && !supports.includes('Replay')) {
    const names = steps.map(({ name }) => name).join(', ');
    throw new StashError('Invalid', `spec.pointInTime: ${names} cannot restore to a point in time; name a snapshot`);
  }
}

/** Whether it is anything but the newest there is. */
function isNamed({ time, gtid, timeline }: PointWish): boolean {
  return time !== undefined || gtid !== undefined || timeline !== undefined;
}

/** The plan of a restore to a point, the same for every host; undefined where the target knows no points. Throws why it cannot be. */
export async function planPoint(
  run: RestoreRun,
  input: PointInput,
): Promise<RestoreOutcome | { point: PlannedPoint; plan: PlannedHost[] } | undefined> {
  const { spec } = run.session;
  const wish = pointWish(spec);
  if (wish === undefined) return undefined;
  if (!input.binding.supports.includes('Replay')) return undefined;
  const target = sourceTarget(input.snapshots, targetText(sourceOf(run)));
  // What was stored before there were chains is restored as it is.
  if (target === undefined && !isNamed(wish)) return undefined;
  const stored = storedOf(input.snapshots, target ?? '', input.incomplete);
  const rules = input.hosts.flatMap((host) => {
    const rule = hostRestore(spec.target?.rules ?? spec.rules ?? [], host);
    return rule === undefined ? [] : [{ host, rule }];
  });
  const resolved = await resolve(run, input, stored, wish);
  if ('type' in resolved) return resolved;
  const choices = rules.map(({ host, rule }) => ({ host, rule, choice: resolved.choose(ofHost(stored, host, rule)) }));
  const [first] = choices;
  if (first === undefined) throw new StashError('Invalid', 'spec.target.rules: no host of the target is restored');
  const estimate = await estimateOf(run, first.choice);
  return {
    point: {
      ...plannedPoint(first.choice, askedText(spec), resolved.found(first.choice)),
      ...(estimate === undefined ? {} : { estimate }),
    },
    plan: choices.map(({ host, choice }) => plannedHost(host, choice, input.snapshots, input.placeOf(host, [choice.base.host]))),
  };
}

/** Replicas of one another may have any of their primary's data; other hosts get their own, or that of the host which a rule names. */
function ofHost(stored: Stored, host: string, { sourceHost }: HostRestore): Stored {
  const newest = stored.bases.toSorted((a, b) => b.time - a.time)[0];
  const onlyPrimary = newest?.ofPrimary === true;
  if (onlyPrimary && sourceHost === host) return stored;
  const bases = stored.bases.filter((base) => base.host === sourceHost);
  return { bases, logs: onlyPrimary ? stored.logs : stored.logs.filter((log) => log.host === sourceHost) };
}

type Resolved = { choose: (stored: Stored) => Choice; found: (choice: Choice) => Partial<PlannedPoint> };

/** The point as a state: by the tags where they tell it, else by reading the logs that may hold it. */
async function resolve(run: RestoreRun, input: PointInput, stored: Stored, wish: PointWish): Promise<RestoreOutcome | Resolved> {
  const nothing = () => ({});
  if (wish.time === undefined && wish.gtid === undefined) {
    if (wish.timeline === undefined) requireNewest(stored);
    return { choose: (of) => chooseLatest(of, wish), found: nothing };
  }
  const logs = logsToRead(stored, wish);
  if (logs.length === 0) return { choose: (of) => chooseBase(of, wish), found: nothing };
  const report = await resolveReport(run, input, logs);
  if (report === undefined) return wait(RESOLVE_TIMEOUT_MS, 'the point is looked for in the logs');
  if (report.result?.type !== 'Resolve') {
    const { code = 'Internal', message = 'the point could not be looked for in the logs', remedy } = report.error ?? {};
    throw new StashError(code as StashError['code'], message, remedy === undefined ? {} : { remedy });
  }
  const { found } = report.result;
  const points = found.flatMap(({ id, gtid, before }) =>
    logs.filter((log) => log.id === id).map((log) => ({ log, state: parseState(gtid), ...(before && { before }) })),
  );
  return {
    choose: (of) => chooseFound(of, points, wish),
    found: ({ timeline, state }) => {
      const one = found.find(
        ({ id, gtid }) => gtid === formatState(state ?? new Map()) && logs.some((log) => log.id === id && log.timeline === timeline),
      );
      const { before, after, misplaced } = one ?? {};
      return { ...(before && { before }), ...(after && { after }), ...(misplaced === undefined ? {} : { misplaced }) };
    },
  };
}

export function resolveOrderId(run: RestoreRun): string {
  return orderIdOf(run.purpose, `${run.session.metadata.uid}.resolve`);
}

/** Reading can be done twice: an agent that was lost says nothing about the point. */
async function resolveReport(run: RestoreRun, { opened, binding }: PointInput, logs: readonly StoredLog[]) {
  const step = binding.steps.find(({ fetch, command }) => fetch === 'Stage' && command.length > 0);
  if (step === undefined) {
    const names = binding.steps.map(({ name }) => name).join(', ');
    throw new StashError('Invalid', `spec.pointInTime: of ${names} none with a command of its own takes what is fetched into the stage`, {
      remedy: 'Give the function that does Replay spec.command and spec.fetch: Stage, or name a snapshot.',
    });
  }
  const { time, gtid, exclusive = false } = run.session.spec.pointInTime ?? {};
  const point = { exclusive, switches: [], ...(time === undefined ? {} : { time }), ...(gtid === undefined ? {} : { gtid }) };
  return endedTwice(run.ctx, {
    id: resolveOrderId(run),
    purpose: run.purpose,
    repository: opened.open,
    deadline: timeText(new Date(run.now.getTime() + RESOLVE_TIMEOUT_MS)),
    task: async () => ({ type: 'Resolve', repository: opened.open, step, logs: logs.map(logSnapshot), point }),
  });
}

function logSnapshot({ id, path, bytes }: StoredLog) {
  return { id, path, ...(bytes === undefined ? {} : { bytes }) };
}

function askedText({ pointInTime }: RestoreSessionSpec): string {
  const { time, gtid, exclusive } = pointInTime ?? {};
  const what = time ?? gtid;
  return what === undefined ? 'latest' : `${exclusive === true ? 'just before ' : ''}${what}`;
}

function plannedHost(host: string, { base, logs }: Choice, snapshots: readonly Snapshot[], destination: string | undefined): PlannedHost {
  const snapshot = snapshots.find(({ id }) => id === base.id);
  return {
    hostname: host,
    sourceHost: base.host,
    ...(destination === undefined ? {} : { destination }),
    snapshots: [
      {
        id: base.id,
        time: timeText(new Date(base.time)),
        paths: snapshot?.paths ?? [],
        ...(base.bytes === undefined ? {} : { totalSize: formatBytes(base.bytes), bytes: base.bytes }),
      },
    ],
    ...(logs.length === 0
      ? {}
      : {
          logs: logs.map(({ log, upTo }) => ({
            ...logSnapshot(log),
            host: log.host,
            timeline: log.timeline,
            ...(upTo === undefined ? {} : { upTo: formatState(upTo) }),
          })),
        }),
  };
}

/** What the agent is told of it. */
export function replayOf({ point }: RestoreSessionStatus, { logs = [] }: PlannedHost): Pick<RestoreTask, 'logs' | 'point'> {
  if (point?.gtid === undefined) return {};
  const { gtid } = point;
  const timeline = logs.at(-1)?.timeline ?? point.timeline;
  const switches = logs.slice(0, -1).map(({ upTo = '' }) => upTo);
  return {
    ...(logs.length === 0
      ? {}
      : { logs: logs.map(({ id, path = '/', bytes }) => ({ id, path, ...(bytes === undefined ? {} : { bytes }) })) }),
    point: { gtid, exclusive: false, switches, ...(timeline === undefined ? {} : { timeline }) },
  };
}

async function estimateOf(run: RestoreRun, choice: Choice): Promise<string | undefined> {
  const bytes = bytesToFetch(choice);
  return bytes === undefined ? undefined : estimateText(await run.ctx.store.view('RestoreSession'), run.repository, bytes);
}
