import type { PlannedHost } from '../../api/restore-session.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import type { Holdings } from '../../orders/report.ts';
import { formatBytes } from '../../rules/bytes.ts';
import { parseDuration } from '../../rules/duration.ts';
import { hostRestore } from '../../rules/host-rules.ts';
import { foreignTarget } from '../../rules/own-namespace.ts';
import { type RecordEntry, readRecords } from '../../rules/records.ts';
import { type ChosenSnapshot, choosePreferringComplete, leadingHost } from '../../rules/restore-plan.ts';
import { asRecorded } from '../../rules/window/recorded.ts';
import { withSlot } from '../backup-session/slot.ts';
import { CONDITIONS, conditionOf } from '../conditions.ts';
import { timeText } from '../context.ts';
import { targetText } from '../platform-port.ts';
import { unrecordedLogs } from '../repository/log-records.ts';
import { openRepository, passwordOf } from '../repository/open.ts';
import { bothOf, endedTwice } from '../repository/order.ts';
import { unrecordedSessions } from '../repository/session-queries.ts';
import { storedEntries } from '../repository/sessions.ts';
import { share } from '../repository/share.ts';
import { openingTooLong, usable } from '../repository/usable.ts';
import { checkStashStorage } from '../stash-program.ts';
import { targetHosts } from '../target-hosts.ts';
import { checkClaimSteps, checkClaims, claimsInPlan, hostsOfClaims, makesClaims, sourceOf } from './claims.ts';
import { destinationOf, restoreBinding } from './order.ts';
import { checkPlaces } from './places.ts';
import { checkPoint, planPoint, resolveOrderId } from './point.ts';
import { fail, NEXT, type RestoreOutcome, type RestoreRun, wait } from './restore-run.ts';
import { chosenServers, serverPlace } from './servers.ts';

const DEFAULT_TIMEOUT_MS = 24 * 3_600_000;
type Opened = Awaited<ReturnType<typeof openRepository>>;

const LIST_TIMEOUT_MS = 300_000;

/** What can be known to be wrong before anything is asked of anybody. */
export async function check(run: RestoreRun): Promise<RestoreOutcome> {
  if (run.status.phase !== undefined && run.status.phase !== 'Pending') return NEXT;
  run.status.phase = 'Pending';
  const { spec } = run.session;
  try {
    if (spec.driver === 'VolumeSnapshotter')
      throw new StashError('NotSupportedYet', 'spec.driver: VolumeSnapshotter is not supported (DriverNotSupported); use Restic');
    checkClaims(run);
    if (spec.target?.ref?.name === undefined && !makesClaims(run.session))
      throw new StashError('Invalid', 'spec.target.ref: name the target with apiVersion, kind and name');
    const foreign = foreignTarget(run.ctx.platform.place, spec.target ?? {}, run.session.metadata.namespace ?? '');
    if (foreign.length > 0) throw new StashError('Invalid', `spec.target.${foreign.join('; spec.target.')}`);
    if (!run.ctx.platform.targetKinds.includes(run.target.kind))
      throw new StashError(
        'Invalid',
        `spec.target.ref.kind: "${run.target.kind}" cannot be restored here; ${run.ctx.platform.targetKinds.join(' and ')} can`,
      );
    const binding = await restoreBinding(run);
    checkPoint(spec, run.now, binding);
    checkClaimSteps(run.session, binding);
    await checkStashStorage(run.ctx, binding, [run.repository]);
    run.condition({ type: CONDITIONS.validationPassed, status: 'True', reason: 'ResourceValidationPassed', message: 'the spec is sound' });
    return NEXT;
  } catch (thrown) {
    run.condition({
      type: CONDITIONS.validationPassed,
      status: 'False',
      reason: 'ResourceValidationFailed',
      message: asStashError(thrown).message,
    });
    return fail(thrown, 'Invalid');
  }
}

/** The repository is ready, and the snapshots for every host are settled, by full id, before anything is touched. */
export async function plan(run: RestoreRun): Promise<RestoreOutcome> {
  if (run.status.plan !== undefined) return NEXT;
  try {
    const opened = await openRepository(run.ctx, run.repository, run.session.metadata.namespace ?? '');
    const created = Date.parse(run.session.metadata.creationTimestamp ?? '');
    const verdict = usable(opened, created, run.now);
    if (verdict === 'NotKnownYet') {
      if (openingTooLong(conditionOf(run.status.conditions, CONDITIONS.repositoryFound), run.ctx.startedAt, run.now))
        return fail(new StashError('StorageUnreachable', `Repository ${run.repository.name} was not opened within two minutes`));
      const message = `Repository ${run.repository.name} is being opened`;
      run.condition({ type: CONDITIONS.repositoryFound, status: 'Unknown', reason: 'RepositoryNotReady', message });
      return wait(5_000, message);
    }
    if (verdict !== 'Ready') return fail(new StashError(verdict.code as StashError['code'], verdict.message, { remedy: verdict.remedy }));
    run.condition({
      type: CONDITIONS.repositoryFound,
      status: 'True',
      reason: 'RepositoryAvailable',
      message: 'the Repository can be used',
    });
    if (!share(run.ctx, opened.repository, run.purpose, created))
      return wait(5_000, `waits for the maintenance of Repository ${run.repository.name}`);
    const id = orderIdOf(run.purpose, `${run.session.metadata.uid}.list`);
    const report = await endedTwice(run.ctx, {
      id,
      purpose: run.purpose,
      repository: opened.open,
      deadline: timeText(new Date(run.now.getTime() + LIST_TIMEOUT_MS)),
      task: async () => ({ type: 'List', repository: opened.open }),
    });
    if (report === undefined) return wait(LIST_TIMEOUT_MS, 'the snapshots are listed');
    if (report.result?.type !== 'List') {
      const error = report.error;
      return fail(
        new StashError((error?.code ?? 'Internal') as StashError['code'], error?.message ?? 'the snapshots could not be listed', {
          remedy: error?.remedy ?? '',
        }),
      );
    }
    const binding = await restoreBinding(run);
    const destination = destinationOf(binding.steps);
    const hosts = await hostsOf(run, destination);
    const entries = await knownEntries(run, opened, report.result);
    const incomplete = new Set(entries.filter((entry) => !entry.complete).map((entry) => entry.id));
    const placeOf = (host: string, writers: readonly string[]) => destination ?? serverPlace(binding.application, host, writers);
    const { snapshots } = report.result;
    const pointed = await planPoint(run, { opened, binding, hosts, incomplete, snapshots: asRecorded(snapshots, entries), placeOf });
    if (pointed !== undefined && 'type' in pointed) return pointed;
    if (pointed !== undefined) run.status.point = pointed.point;
    run.status.plan = pointed?.plan ?? planHosts(run, hosts, snapshots, incomplete, placeOf);
    await checkPlaces(run);
    run.status.totalHosts = run.status.plan.length;
    await run.save();
    for (const order of [...bothOf(id), ...bothOf(resolveOrderId(run))]) run.ctx.desk.acknowledge(order);
    return NEXT;
  } catch (thrown) {
    const error = asStashError(thrown);
    return fail(error, error.transient ? 'Failed' : 'Invalid');
  }
}

async function hostsOf(run: RestoreRun, destination: string | undefined): Promise<string[]> {
  if (makesClaims(run.session)) return hostsOfClaims(run.session);
  const { spec, metadata } = run.session;
  const servers = await chosenServers(run, destination);
  if (servers !== undefined) return servers;
  const answer = await targetHosts(run.ctx, spec.target, metadata.namespace ?? '', 'restore');
  if ('missing' in answer) throw new StashError('NotFound', `target: ${answer.missing}`);
  return answer.hosts;
}

/** What the records, and the sessions and logs since, say of the snapshots. Records that are not ours say nothing. */
async function knownEntries(run: RestoreRun, { repository, open }: Opened, found: Holdings): Promise<RecordEntry[]> {
  const records = found.records && readRecords(found.records.text, passwordOf(open), repository.status?.repositoryID ?? '');
  const since = (await unrecordedSessions(run.ctx, run.repository)).flatMap((session) => storedEntries(session, run.repository));
  return [...(records?.entries ?? []), ...since, ...(await unrecordedLogs(run.ctx, run.repository))];
}

function planHosts(
  run: RestoreRun,
  hosts: string[],
  snapshots: readonly Snapshot[],
  incomplete: ReadonlySet<string>,
  placeOf: (host: string, writers: readonly string[]) => string | undefined,
): PlannedHost[] {
  const { spec } = run.session;
  const named = spec.pointInTime?.snapshot;
  const rules = named === undefined ? (spec.target?.rules ?? spec.rules ?? []) : [{ snapshots: [named] }];
  const paths = spec.target?.paths ?? [];
  const source = targetText(sourceOf(run));
  const lead = leadingHost(snapshots, incomplete, source);
  return hosts.flatMap((host) => {
    const rule = hostRestore(rules, host, lead);
    if (rule === undefined) return [];
    const narrowed = 'paths' in rule.from && rule.from.paths.length === 0 && paths.length > 0 ? { ...rule, from: { paths } } : rule;
    const { chosen, passedOver } = choosePreferringComplete(snapshots, incomplete, narrowed, source);
    const ids = new Set(chosen.map(({ id }) => id));
    const destination = placeOf(
      host,
      snapshots.filter(({ id }) => ids.has(id)).map((one) => one.host),
    );
    return [
      {
        hostname: host,
        sourceHost: rule.sourceHost,
        ...(passedOver.length === 0 ? {} : { passedOver }),
        ...(destination === undefined ? {} : { destination }),
        ...claimsInPlan(run.session, host),
        snapshots: chosen.map((one) => ({
          id: one.id,
          time: timeText(new Date(one.time)),
          paths: one.paths,
          ...(one.incomplete ? { incomplete: true } : {}),
          ...(one.bytes === undefined ? {} : { totalSize: formatBytes(one.bytes) }),
          ...wholeBytes(one, snapshots),
        })),
      },
    ];
  });
}

/** Of a part of a snapshot nobody knows the size. */
function wholeBytes({ id, paths, bytes }: ChosenSnapshot, snapshots: readonly Snapshot[]) {
  const own = snapshots.find((one) => one.id === id)?.paths;
  return bytes === undefined || !own?.every((path) => paths.includes(path)) ? {} : { bytes };
}

/** Pending to Running, once the target's slot is free. */
export async function begin(run: RestoreRun): Promise<RestoreOutcome> {
  if (run.status.phase !== 'Pending') return NEXT;
  return withSlot(run.ctx, run.session, async (decision) => {
    if (decision.do === 'wait') {
      run.status.reason = 'SlotTaken';
      run.status.message = `waits for ${decision.for.join(', ')}`;
      return wait(5_000, run.status.message);
    }
    const limit = run.session.spec.timeOut === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(run.session.spec.timeOut);
    Object.assign(run.status, {
      phase: 'Running',
      reason: 'Running',
      message: '',
      startTime: timeText(run.now),
      sessionDeadline: timeText(new Date(run.now.getTime() + limit)),
      stats: (run.status.plan ?? []).map(({ hostname }) => ({ hostname, phase: 'Pending' as const })),
    });
    await run.save();
    await run.ctx.events.record(run.session, 'Normal', 'RestoreStarted', `into ${run.target.kind}/${run.target.name}`);
    return NEXT;
  });
}
