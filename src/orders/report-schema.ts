import Type from 'typebox';
import { MOST_MARKS } from '../api/most-marks.ts';
import { decimal, flag, integer, list, oneOf, optional, struct, text } from '../api/schema.ts';
import { EVIDENCE_NAME, LONGEST_NAME, LONGEST_STATE } from './bounded-report.ts';
import { LONGEST_TEXT, MOST_EVIDENCE, MOST_NAMED, MOST_STEPS } from './limits.ts';
import type { OrderResult, RoleEvidence } from './report.ts';

const id = (description: string) => text(description, { maxLength: 2_048, format: 'order-id' });
const label = (description: string) => text(description, { maxLength: 1_024 });
const words = (description: string) => text(description, { maxLength: LONGEST_TEXT });
const moment = (description: string) => text(description, { maxLength: 40, format: 'moment' });
const count = (description: string) => integer(description, { minimum: 0 });
const STATE = '(\\d{1,10}-\\d{1,10}-\\d{1,20}(,\\d{1,10}-\\d{1,10}-\\d{1,20})*)?';
const state = (description: string) => text(description, { maxLength: LONGEST_STATE, pattern: `^${STATE}$` });
const evidence = Type.Unsafe<RoleEvidence>({
  type: 'object',
  description: 'What it was concluded from.',
  maxProperties: MOST_EVIDENCE,
  propertyNames: { pattern: EVIDENCE_NAME.source },
  additionalProperties: { type: ['string', 'number', 'boolean'], maxLength: LONGEST_TEXT },
});
const map = (description: string) => Type.Unsafe<Record<string, unknown>>({ type: 'object', description });

const Repository = struct('A Repository.', { namespace: label('Its namespace.'), name: label('Its name.') });

const processFields = {
  hostname: label('As it is in locks.'),
  pid: count('Its number.'),
  startTicks: label('When it was started.'),
  repository: Repository,
};
export const EngineProcess = struct('A process of the engine.', processFields);
export const EndedProcess = struct('A process that has ended.', { ...processFields, time: moment('When that was known.') });

const OrderError = struct('What failed.', { code: label('Its code.'), message: words('What failed.'), remedy: words('What to do.') });

const startFields = { orderId: id('Of the order.'), startTime: moment('When it began.') };
/** As much of a report as tells whose it is. */
export const ReportStart = struct('The beginning of an order.', startFields);

export const Report = struct('What became of an order.', {
  ...startFields,
  state: oneOf('How far it is.', ['Running', 'Succeeded', 'Failed']),
  endTime: optional(moment('When it ended.')),
  steps: list(
    'Its steps.',
    struct('A step.', {
      name: text('Its name.', { maxLength: LONGEST_NAME }),
      phase: oneOf('How far it is.', ['Running', 'Succeeded', 'Failed', 'Skipped']),
      seconds: optional(decimal('How long it took.')),
    }),
    { maxItems: MOST_STEPS },
  ),
  progress: optional(
    struct('How far the step that runs is.', {
      step: text('Its name.', { maxLength: LONGEST_NAME }),
      percentDone: decimal('0 to 100.'),
      bytesDone: decimal('Bytes done.'),
      totalBytes: decimal('Bytes to do.'),
      filesDone: decimal('Files done.'),
      totalFiles: decimal('Files to do.'),
      updateTime: moment('When that was.'),
    }),
  ),
  error: optional(OrderError),
  result: optional(Type.Unsafe<OrderResult>({ type: 'object', description: 'What came of it; see RESULTS.' })),
});

const Stats = struct('What a repository holds.', {
  snapshots: count('Snapshots.'),
  bytesStored: count('Bytes, compressed.'),
  bytesUncompressed: count('Bytes.'),
});
const files = struct('Files.', { total: count('All.'), new: count('New.'), modified: count('Changed.'), unmodified: count('The same.') });
const unreadable = struct('What could not be read.', { item: words('What.'), message: words('Why.') });
const paths = (description: string) => list(description, text(description, { maxLength: 65_536 }));
const holdings = {
  snapshots: list(
    'All of the repository.',
    struct('A snapshot.', {
      id: label('Its full id.'),
      time: label('When it was taken.'),
      host: label('Whose it is.'),
      paths: paths('A path in it.'),
      tags: paths('A tag of it.'),
      username: optional(label('Who took it.')),
      parent: optional(label('The one before.')),
      tree: label('Its tree.'),
      bytesProcessed: optional(count('Bytes.')),
      bytesStored: optional(count('Bytes stored.')),
      filesTotal: optional(count('Files.')),
    }),
  ),
  records: optional(struct('The records.', { snapshotId: label('Where they are.'), text: text('Their text.') })),
};
const lock = {
  id: label('Its id.'),
  time: label('When it was made.'),
  exclusive: flag('Whether it is.'),
  hostname: label('Of whom.'),
  pid: count('Of whom.'),
};
const storedSnapshot = struct('A snapshot.', {
  repository: Repository,
  snapshotId: label('Its id.'),
  paths: paths('A path in it.'),
  totalBytes: count('Bytes.'),
  storedBytes: count('Bytes added.'),
  seconds: decimal('How long it took.'),
  files,
  unreadable: list('What could not be read.', unreadable, { maxItems: MOST_NAMED }),
});
const type = <const T extends string>(name: T) => oneOf('Which result it is.', [name]);

/** The results of orders by their `type`. */
export const RESULTS = {
  Backup: struct('A backup.', {
    type: type('Backup'),
    operation: struct('What was done.', { requested: label('Asked for.'), performed: label('Done.'), reason: words('Why.') }),
    position: optional(map('Where the source stood.')),
    message: optional(words('More.')),
    fault: optional(flag('Whether why it was done is a fault.')),
    stored: list('What is in the repositories.', storedSnapshot, { maxItems: MOST_NAMED }),
    caughtUp: optional(list('What they lacked of the chain before.', storedSnapshot, { maxItems: MOST_NAMED })),
    failed: list(
      'Repositories that do not have it.',
      struct('One.', { namespace: label('Its namespace.'), name: label('Its name.'), error: OrderError }),
      { maxItems: MOST_NAMED },
    ),
    skipped: optional(words('Why there was nothing to do.')),
  }),
  Restore: struct('A restore.', {
    type: type('Restore'),
    files: count('Files.'),
    bytes: count('Bytes.'),
    message: optional(words('More.')),
  }),
  Log: struct('Logs were archived.', {
    type: type('Log'),
    role: optional(oneOf('The role.', ['Primary', 'Replica'])),
    evidence: optional(evidence),
    log: optional(
      struct('What is staged.', {
        timeline: label('Which series.'),
        from: state('Where it begins.'),
        gtid: state('Where it ends.'),
        until: moment('Up to when everything is in it.'),
        recent: list(
          'Some of its groups.',
          struct('One.', { gtid: state('Its GTID.'), time: count('When.'), state: state('The state after it.') }),
          {
            maxItems: MOST_MARKS,
          },
        ),
        continues: optional(label('Of which chain.')),
        follows: optional(words('After which series.')),
      }),
    ),
    ended: optional(
      struct('Why the series before it ended.', {
        reason: label('In a word.'),
        message: words('In words.'),
        time: moment('When.'),
        from: state('What is missing.'),
        to: state('What is missing.'),
      }),
    ),
    stored: list(
      'What is in the repositories.',
      struct('A snapshot.', {
        repository: Repository,
        snapshotId: label('Its id.'),
        totalBytes: count('Bytes.'),
        storedBytes: count('Bytes added.'),
        seconds: decimal('How long it took.'),
        incomplete: optional(flag('Whether something could not be read.')),
      }),
      { maxItems: MOST_NAMED },
    ),
    failed: list(
      'Repositories that do not have it.',
      struct('One.', { namespace: label('Its namespace.'), name: label('Its name.'), error: OrderError }),
      { maxItems: MOST_NAMED },
    ),
    complete: list('Repositories that have all of it.', Repository, { maxItems: MOST_NAMED }),
    error: optional(OrderError),
  }),
  Role: struct('Which role a host has.', {
    type: type('Role'),
    role: oneOf('The role.', ['Primary', 'Replica']),
    evidence,
  }),
  Probe: struct('A repository was opened.', {
    type: type('Probe'),
    repositoryId: label('Its id.'),
    created: flag('Whether it was made.'),
    stats: optional(Stats),
  }),
  List: struct('What a repository holds.', { type: type('List'), ...holdings }),
  Resolve: struct('What a point means in logs.', {
    type: type('Resolve'),
    found: list(
      'Logs that hold it.',
      struct('One.', {
        id: label('Its snapshot.'),
        gtid: words('The state.'),
        before: optional(struct('The transaction before.', { gtid: label('It.'), time: label('When.') })),
        after: optional(struct('The transaction after.', { gtid: label('It.'), time: label('When.') })),
        misplaced: optional(count('Transactions on the wrong side by their time.')),
      }),
      { maxItems: MOST_NAMED },
    ),
  }),
  Survey: struct('What maintenance decides by.', {
    type: type('Survey'),
    repositoryId: label('Its id.'),
    ...holdings,
    locks: list('Its locks.', struct('A lock.', { ...lock, username: label('Of whom.') })),
  }),
  Maintain: struct('Maintenance.', {
    type: type('Maintain'),
    recordsSnapshot: optional(label('Where the records are.')),
    forgotten: list('Snapshots.', label('An id.')),
    bytesFreed: optional(count('Bytes a prune freed.')),
    stats: optional(Stats),
    check: optional(
      struct('A check.', {
        errors: count('Errors.'),
        brokenPacks: list('Packs.', label('An id.')),
        messages: list('What was said.', words('A line.'), { maxItems: MOST_NAMED }),
      }),
    ),
  }),
  Wipe: struct('The end of a repository.', {
    type: type('Wipe'),
    forgotten: list('Snapshots.', label('An id.')),
    locked: optional(
      struct('Locks that stand.', {
        locks: list(
          'All.',
          struct('A lock.', {
            ...lock,
            firstSeen: label('When it was first seen.'),
            holder: oneOf('Whose it is.', ['Ours', 'Ended', 'Foreign']),
          }),
        ),
        blocking: list('Those that may not go.', label('An id.')),
      }),
    ),
    kept: optional(words('Why it is still there.')),
  }),
} as const;
