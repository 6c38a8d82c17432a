import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { StashError } from '../../errors/error.ts';

const status = Type.Object({
  message_type: Type.Literal('status'),
  percent_done: Type.Optional(Type.Number()),
  total_files: Type.Optional(Type.Number()),
  files_done: Type.Optional(Type.Number()),
  files_restored: Type.Optional(Type.Number()),
  total_bytes: Type.Optional(Type.Number()),
  bytes_done: Type.Optional(Type.Number()),
  bytes_restored: Type.Optional(Type.Number()),
});

const backupSummary = Type.Object({
  message_type: Type.Literal('summary'),
  files_new: Type.Number(),
  files_changed: Type.Number(),
  files_unmodified: Type.Number(),
  data_added: Type.Number(),
  data_added_packed: Type.Number(),
  total_files_processed: Type.Number(),
  total_bytes_processed: Type.Number(),
  total_duration: Type.Number(),
  snapshot_id: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

const restoreSummary = Type.Object({
  message_type: Type.Literal('summary'),
  seconds_elapsed: Type.Optional(Type.Number()),
  total_files: Type.Optional(Type.Number()),
  files_restored: Type.Optional(Type.Number()),
  total_bytes: Type.Optional(Type.Number()),
  bytes_restored: Type.Optional(Type.Number()),
});

const checkSummary = Type.Object({
  message_type: Type.Literal('summary'),
  num_errors: Type.Number(),
  broken_packs: Type.Union([Type.Null(), Type.Array(Type.String())]),
});

const itemError = Type.Object({
  message_type: Type.Literal('error'),
  error: Type.Object({ message: Type.String() }),
  item: Type.String(),
});

const checkError = Type.Object({ message_type: Type.Literal('error'), message: Type.String() });

const exitError = Type.Object({ message_type: Type.Literal('exit_error'), code: Type.Number(), message: Type.String() });

const snapshot = Type.Object({
  id: Type.String(),
  time: Type.String(),
  tree: Type.String(),
  paths: Type.Array(Type.String()),
  hostname: Type.Optional(Type.String()),
  username: Type.Optional(Type.String()),
  parent: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  summary: Type.Optional(
    Type.Object({
      total_bytes_processed: Type.Optional(Type.Number()),
      total_files_processed: Type.Optional(Type.Number()),
      data_added_packed: Type.Optional(Type.Number()),
    }),
  ),
});

/** The JSON restic 0.19 prints, as far as it is used. Numbers that are zero are left out in some of it. */
export const messages = {
  version: Type.Object({ message_type: Type.Literal('version'), version: Type.String() }),
  initialized: Type.Object({ message_type: Type.Literal('initialized'), id: Type.String() }),
  config: Type.Object({ id: Type.String() }),
  snapshots: Type.Array(snapshot),
  stats: Type.Object({
    total_size: Type.Number(),
    total_uncompressed_size: Type.Optional(Type.Number()),
    snapshots_count: Type.Number(),
  }),
  lock: Type.Object({
    time: Type.String(),
    exclusive: Type.Boolean(),
    hostname: Type.String(),
    username: Type.String(),
    pid: Type.Number(),
  }),
  status,
  backupSummary,
  restoreSummary,
  checkSummary,
  itemError,
  checkError,
  exitError,
};

/** The value of one line, or undefined where it is not of that form: restic mixes plain text into its JSON. */
export function readLine<Schema extends TSchema>(schema: Schema, line: string): Static<Schema> | undefined {
  if (!line.startsWith('{')) return undefined;
  const value = parse(line);
  return Value.Check(schema, value) ? value : undefined;
}

/** The first line of that form. */
export function findLine<Schema extends TSchema>(schema: Schema, text: string): Static<Schema> | undefined {
  for (const line of text.split('\n')) {
    const value = readLine(schema, line);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A whole output that is one document; Internal when it is not of that form. */
export function readDocument<Schema extends TSchema>(schema: Schema, text: string, what: string): Static<Schema> {
  const value = parse(text);
  if (Value.Check(schema, value)) return value;
  throw new StashError('Internal', `restic ${what} printed something unexpected: ${text.slice(0, 200)}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
