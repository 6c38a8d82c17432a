/** Takes registered secret values out of text. Values under four characters are left: they would eat ordinary words. */
export interface Redactor {
  /** From now on the value, and the forms it takes in JSON, URLs and Secrets (base64), read `***`. May be called again with the same. */
  add(value: string): void;
  text(text: string): string;
  /** The same for every string inside a JSON-like value; errors become `{code, message, cause}`. */
  value(value: unknown): unknown;
}

export function redactor(): Redactor {
  const secrets = new Set<string>();
  let longestFirst: string[] = [];

  const text = (input: string) => longestFirst.reduce((result, secret) => result.replaceAll(secret, '***'), input);
  return {
    add(value) {
      const before = secrets.size;
      for (const form of formsOf(value)) if (form.length >= SHORTEST) secrets.add(form);
      // The longest first, so that a secret that contains another one leaves no rest of itself behind.
      if (secrets.size > before) longestFirst = [...secrets].sort((a, b) => b.length - a.length);
    },
    text,
    value: (value) => redactValue(value, text, 0),
  };
}

const SHORTEST = 4;
const DEEPEST = 8;

/** A value of several lines, such as a private key, is also looked for line by line: tools print parts of them. */
function formsOf(value: string): string[] {
  const trimmed = value.trim();
  const lines = trimmed.includes('\n') ? trimmed.split(/\r?\n/).filter((line) => line.length >= 16) : [];
  const encodings = [
    JSON.stringify(trimmed).slice(1, -1),
    encodeURIComponent(trimmed.toWellFormed()),
    Buffer.from(value).toString('base64'),
  ];
  return [trimmed, ...lines, ...encodings];
}

function redactValue(value: unknown, text: (input: string) => string, depth: number): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '…';
  if (value instanceof Date) return value;
  if (value instanceof Error) return redactValue(plainError(value), text, depth + 1);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, text, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(item, text, depth + 1)]));
}

function plainError(error: Error): Record<string, unknown> {
  return {
    ...('code' in error ? { code: error.code } : {}),
    message: error.message,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}
