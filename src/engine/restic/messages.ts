import { StashError } from '../../errors/error.ts';
import { either, exactly, type Form, flag, list, matching, nothing, number, object, text } from './form.ts';

const status = object(
  { message_type: exactly('status') },
  {
    percent_done: number,
    total_files: number,
    files_done: number,
    files_restored: number,
    total_bytes: number,
    bytes_done: number,
    bytes_restored: number,
  },
);

const backupSummary = object({
  message_type: exactly('summary'),
  files_new: number,
  files_changed: number,
  files_unmodified: number,
  data_added: number,
  data_added_packed: number,
  total_files_processed: number,
  total_bytes_processed: number,
  total_duration: number,
  snapshot_id: matching(/^[0-9a-f]{64}$/),
});

const restoreSummary = object(
  { message_type: exactly('summary') },
  { seconds_elapsed: number, total_files: number, files_restored: number, total_bytes: number, bytes_restored: number },
);

const checkSummary = object({ message_type: exactly('summary'), num_errors: number, broken_packs: either(nothing, list(text)) });

const itemError = object({ message_type: exactly('error'), error: object({ message: text }), item: text });

const checkError = object({ message_type: exactly('error'), message: text });

const exitError = object({ message_type: exactly('exit_error'), code: number, message: text });

const snapshot = object(
  { id: text, time: text, tree: text, paths: list(text) },
  {
    hostname: text,
    username: text,
    parent: text,
    tags: list(text),
    summary: object({}, { total_bytes_processed: number, total_files_processed: number, data_added_packed: number }),
  },
);

/** The JSON restic 0.19 prints, as far as it is used. Numbers that are zero are left out in some of it. */
export const messages = {
  version: object({ message_type: exactly('version'), version: text }),
  initialized: object({ message_type: exactly('initialized'), id: text }),
  config: object({ id: text }),
  snapshots: list(snapshot),
  stats: object({ total_size: number, snapshots_count: number }, { total_uncompressed_size: number }),
  lock: object({ time: text, exclusive: flag, hostname: text, username: text, pid: number }),
  status,
  backupSummary,
  restoreSummary,
  checkSummary,
  itemError,
  checkError,
  exitError,
};

/** The value of one line, or undefined where it is not of that form: restic mixes plain text into its JSON. */
export function readLine<T>(form: Form<T>, line: string): T | undefined {
  if (!line.startsWith('{')) return undefined;
  const value = parse(line);
  return form(value) ? value : undefined;
}

/** The first line of that form. */
export function findLine<T>(form: Form<T>, text: string): T | undefined {
  for (const line of text.split('\n')) {
    const value = readLine(form, line);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A whole output that is one document; Internal when it is not of that form. */
export function readDocument<T>(form: Form<T>, text: string, what: string): T {
  const value = parse(text);
  if (form(value)) return value;
  throw new StashError('Internal', `restic ${what} printed something unexpected: ${text.slice(0, 200)}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
