import type { BackupBatchStatus } from '../../api/backup-batch.ts';
import type { LogHostStatus } from '../../api/log-host-status.ts';
import { hostProblems } from '../../rules/log/problems.ts';
import type { InvokerObject } from '../invoker.ts';
import { age, relative } from '../output/age.ts';
import { colorPhase } from '../output/color.ts';
import { localTime } from '../output/local-time.ts';
import type { AliasPlan } from '../plan/aliases.ts';
import { upcomingRuns } from '../plan/upcoming.ts';
import { conditionsSection, type View } from './conditions.ts';
import type { Section } from './layout.ts';
import { refText, targetText } from './sessions.ts';

/** A BackupConfiguration or BackupBatch: what it backs up, each alias, what can be restored to, and the next runs. */
export function invokerSections(invoker: InvokerObject, plans: readonly AliasPlan[], view: View): Section[] {
  const { spec } = invoker;
  const status: BackupBatchStatus = invoker.status ?? {};
  const { color, now } = view;
  return [
    {
      rows: [
        ['Phase', status.phase && colorPhase(color, status.phase)],
        ['Paused', spec.paused ? color.busy('true') : undefined],
        [
          'Repository',
          [spec.repository, ...(spec.repositories ?? [])].flatMap((one) => (one === undefined ? [] : [refText(one)])).join(', '),
        ],
        ...targetRows(invoker),
        ['Time zone', spec.timeZone],
        ['Retention', retentionText(spec.retentionPolicy)],
        ['History', spec.backupHistoryLimit === 1 ? '1 session is kept' : `${spec.backupHistoryLimit} sessions are kept`],
        ['Time out', spec.timeOut],
      ],
    },
    {
      title: 'Aliases',
      table: {
        header: ['ALIAS', 'OPERATION', 'STATE', 'SCHEDULE', 'LAST SUCCESS', 'LAST SESSION', 'MISSED', 'WHY'],
        rows: plans.map((plan) => {
          const state = status.execOps?.find((one) => one.alias === plan.alias && one.member === plan.member);
          return [
            plan.member === undefined ? plan.alias : `${plan.alias} (${plan.member})`,
            plan.operation,
            colorPhase(color, state?.state ?? plan.would),
            plan.understood ?? plan.schedule ?? '',
            age(state?.lastSuccessTime, now) || 'never',
            state?.lastSession ?? '',
            String(state?.missed ?? 0),
            state?.message ?? (plan.why || ' '),
          ];
        }),
      },
    },
    ...logSection(status),
    {
      title: 'Next runs',
      table: {
        header: ['TIME', 'IN', 'ALIAS', 'WOULD'],
        rows: upcomingRuns(plans, now, 5).map(({ time, plan }) => [
          localTime(time, plan.timeZone),
          relative(time, now).replace(/^in /, ''),
          plan.alias,
          colorPhase(color, plan.would),
        ]),
      },
    },
    {
      title: 'Recoverable',
      table: {
        header: [
          ...(invoker.kind === 'BackupBatch' ? ['TARGET'] : []),
          'FROM',
          'TO',
          'GTID TO',
          'HOST',
          'TIMELINE',
          'REPOSITORY',
          'PROVEN',
        ],
        rows: (status.recoverable ?? []).map((one) => [
          ...(invoker.kind === 'BackupBatch' ? [one.target ?? ''] : []),
          one.from,
          one.to,
          one.gtidTo ?? '',
          one.host ?? '',
          one.timeline ?? '',
          one.repository ?? '',
          one.provenAt ?? 'never',
        ]),
      },
    },
    conditionsSection(status.conditions, view),
    ...(status.memberConditions ?? []).map((member) => ({
      title: `Member ${targetText(member.target)}`,
      sections: [conditionsSection(member.conditions, view)],
    })),
  ];
}

/** How far the logs are archived; nothing where there is no Log alias. */
function logSection({ execOps = [] }: BackupBatchStatus): Section[] {
  const rows = execOps.flatMap(({ alias, logs = [], error }) => {
    // What is wrong with none of them alone.
    const common = /^(Several|No)Primar/.test(error ?? '') ? error : undefined;
    return logs.map((one) => [
      alias,
      one.host,
      one.role ?? 'unknown',
      one.timeline ?? '',
      one.gtid ?? '',
      (one.repositories ?? []).map(({ name, archivedTo }) => `${name} ${archivedTo ?? 'nothing'}`).join(', '),
      problemsText(one) || (common ?? ' '),
    ]);
  });
  if (rows.length === 0) return [];
  return [{ title: 'Logs', table: { header: ['ALIAS', 'HOST', 'ROLE', 'SERIES', 'GTID', 'ARCHIVED TO', 'ERROR'], rows } }];
}

function problemsText(host: LogHostStatus): string {
  return hostProblems(host)
    .map(({ what }) => what)
    .join('; ');
}

function targetRows({ spec }: InvokerObject): [string, string | undefined][] {
  if ('members' in spec) {
    const members = (spec.members ?? []).map((member) => (member.target?.ref === undefined ? '?' : targetText(member.target.ref)));
    return [
      ['Members', members.join(', ')],
      ['Order', 'executionOrder' in spec ? spec.executionOrder : undefined],
    ];
  }
  const target = 'target' in spec ? spec.target : undefined;
  return [
    ['Target', target?.ref && targetText(target.ref)],
    ['Task', 'task' in spec ? spec.task?.name : undefined],
    ['Paths', target?.paths?.join('\n')],
    ['Exclude', target?.exclude?.join('\n')],
  ];
}

function retentionText(policy: InvokerObject['spec']['retentionPolicy']): string | undefined {
  if (policy === undefined) return undefined;
  return Object.entries(policy)
    .filter(([name]) => name !== 'name')
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');
}
