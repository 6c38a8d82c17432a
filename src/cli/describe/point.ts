import type { RestoreSession } from '../../api/restore-session.ts';
import { formatBytes } from '../../rules/bytes.ts';
import type { Section } from './layout.ts';

/** The point of a restore and the logs that lead to it; empty where a snapshot is restored as it is. */
export function pointSections({ point, plan = [] }: NonNullable<RestoreSession['status']>): Section[] {
  if (point === undefined) return [];
  const logs = plan[0]?.logs ?? [];
  return [
    {
      title: 'Point',
      rows: [
        ['Asked for', point.asked],
        ['GTID', point.gtid],
        ['Timeline', point.timeline],
        ['Last in it', point.before && `${point.before.gtid}, committed ${point.before.time}`],
        ['First after it', point.after && `${point.after.gtid}, committed ${point.after.time}`],
        [
          'Misplaced',
          point.misplaced === undefined ? undefined : `${point.misplaced} transactions are on the other side of it than their times say`,
        ],
        ['Goes on from', [point.base?.slice(0, 8), point.baseGtid, point.baseTime].filter(Boolean).join(', ')],
        ['To fetch', point.bytes === undefined ? undefined : formatBytes(point.bytes)],
        ['Estimate', point.estimate],
      ],
      sections: [
        {
          title: 'Logs',
          table: {
            header: ['SNAPSHOT', 'HOST', 'TIMELINE', 'UP TO', 'SIZE'],
            rows: logs.map(({ id, host, timeline, upTo, bytes }) => [
              id.slice(0, 8),
              host ?? '',
              timeline ?? '',
              upTo ?? 'the point',
              bytes === undefined ? '' : formatBytes(bytes),
            ]),
          },
        },
      ],
    },
  ];
}
