/** One thing that is wrong with a manifest. */
export interface Problem {
  /** Where, as `spec.execOps[1].schedule`; empty for the manifest itself. */
  path: string;
  /** What stands there; undefined when nothing does. Never the content of a Secret. */
  value: unknown;
  message: string;
  /** What could stand there instead. */
  accepted?: string;
}

const LONGEST_VALUE = 80;

/** A problem on one line: path, what is wrong, the value, what is accepted. */
export function problemText({ path, value, message, accepted }: Problem): string {
  const place = path === '' ? '' : `${path}: `;
  const shown = value === undefined ? '' : ` (got ${valueText(value)})`;
  return `${place}${message}${shown}${accepted === undefined ? '' : `; accepted: ${accepted}`}`;
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

export type Path = readonly (string | number)[];

export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
