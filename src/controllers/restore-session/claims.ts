import { join } from 'node:path';
import { LABEL_VALUES, LABELS } from '../../api/names.ts';
import type { PlannedHost, RestoreSession } from '../../api/restore-session.ts';
import { StashError } from '../../errors/error.ts';
import type { Binding } from '../../rules/binding.ts';
import { claimHost, claimHosts, type WantedClaim } from '../../rules/claim-templates.ts';
import { type RestoreWork, type TargetKey, targetKey } from '../platform-port.ts';
import type { RestoreRun } from './restore-run.ts';

/** A label's value is at most so long. */
const LABEL_LENGTH = 63;
const FIELD = 'spec.target.volumeClaimTemplates';

/** Whether the session makes what it restores into. */
export function makesClaims({ spec }: RestoreSession): boolean {
  return (spec.target?.volumeClaimTemplates ?? []).length > 0;
}

/** Throws what can be known to be wrong with the claims before anything is asked of anybody. */
export function checkClaims({ ctx, session }: Pick<RestoreRun, 'ctx' | 'session'>): void {
  if (!makesClaims(session)) return;
  if (ctx.platform.place !== 'Cluster')
    throw new StashError('Invalid', `${FIELD}: there are no claims on one machine`, {
      remedy: 'Name the Host in target.ref and a directory in the parameter destination, or restore in the cluster.',
    });
  claimHosts(session.spec.target, session.metadata.namespace ?? '');
}

/** Throws NotSupportedYet for what needs more than the files in their place. */
export function checkClaimSteps(session: RestoreSession, binding: Pick<Binding, 'steps' | 'stashTask'>): void {
  if (!makesClaims(session)) return;
  if (binding.stashTask !== undefined)
    throw new StashError(
      'NotSupportedYet',
      `${FIELD}: task ${binding.stashTask.task.metadata.name} was written for Stash, and such Tasks do not restore into volumeClaimTemplates yet`,
      { remedy: 'Make the claim, and name it in spec.target.ref.' },
    );
  const program = binding.steps.find((step) => step.command.length > 0);
  if (program !== undefined)
    throw new StashError('NotSupportedYet', `${FIELD}: ${program.name} cannot restore into claims yet; only files can be`, {
      remedy: 'Restore into the workload itself (target.ref without volumeClaimTemplates), once it runs on claims of its own.',
    });
}

export function hostsOfClaims(session: RestoreSession): string[] {
  return claimHosts(session.spec.target, session.metadata.namespace ?? '').map(({ host }) => host);
}

/** What one host is restored into; undefined where no claims are made. */
export function claimsOf(session: RestoreSession, hostname: string): readonly WantedClaim[] | undefined {
  const { name, namespace = '' } = session.metadata;
  const labels = {
    [LABELS.managedBy]: LABEL_VALUES.managedBy,
    [LABELS.component]: LABEL_VALUES.restore,
    [LABELS.invokerType]: 'RestoreSession',
    ...(name.length > LABEL_LENGTH ? {} : { [LABELS.invokerName]: name }),
  };
  return claimHost(session.spec.target, namespace, hostname)?.claims.map((claim) => ({ ...claim, labels: { ...claim.labels, ...labels } }));
}

/** For status. */
export function claimsInPlan(session: RestoreSession, hostname: string): Pick<PlannedHost, 'claims'> {
  const claims = claimsOf(session, hostname);
  return claims === undefined ? {} : { claims: claims.map(({ name }) => name) };
}

/** Whose backups are meant where several targets have used a host's name: what the session names beside the claims. */
export function sourceOf({ session, target }: Pick<RestoreRun, 'session' | 'target'>): TargetKey {
  const { ref } = session.spec.target ?? {};
  return makesClaims(session) && ref?.name !== undefined ? targetKey(ref, session.metadata.namespace ?? '') : target;
}

/** The claims of the hosts that are restored. Throws Invalid when a snapshot holds what none of them would take in. */
export function checkedClaims(session: RestoreSession, plan: readonly PlannedHost[]): Pick<RestoreWork, 'claims'> {
  if (!makesClaims(session)) return {};
  return {
    claims: plan.map(({ hostname = '', destination = '/', snapshots }) => {
      const claims = claimsOf(session, hostname) ?? [];
      const mounts = claims.flatMap((claim) => claim.mounts.map(({ mountPath }) => mountPath));
      for (const path of snapshots.flatMap(({ paths = [] }) => paths)) {
        const place = join(destination, path);
        if (mounts.some((mount) => place === mount || place.startsWith(`${mount}/`))) continue;
        throw new StashError(
          'Invalid',
          `${FIELD}: the snapshot of ${hostname} has ${path}, and no claim is mounted there (${mounts.join(', ')})`,
          {
            remedy: `Set mountPath in target.volumeMounts to ${path}, or name what is wanted in rules[].paths.`,
          },
        );
      }
      return claims;
    }),
  };
}
