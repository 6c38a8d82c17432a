/** Shorter ones would eat ordinary words. */
const SHORTEST = 4;
/** A line of a key file is long; a short one (`{`) is no secret. */
const SHORTEST_LINE = 16;
const SHORTEST_BASE64 = 6;

/**
 * What a secret looks like where it turns up: itself, its lines when it has several (a log has one line at a time), and as JSON, URLs and
 * base64 have it. Empty for a value of less than four characters.
 */
export function formsOf(value: string): string[] {
  const trimmed = value.trim();
  if (trimmed.length < SHORTEST) return [];
  const lines = trimmed.includes('\n') ? trimmed.split('\n').map((line) => line.trim()) : [];
  return [
    ...new Set([
      trimmed,
      ...lines.filter((line) => line.length >= SHORTEST_LINE),
      ...jsonForms(trimmed),
      ...urlForms(trimmed.toWellFormed()),
      ...base64Forms(Buffer.from(trimmed)),
    ]),
  ];
}

/** As JavaScript writes it, as Go does (restic), and in ASCII alone as Python does. */
function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  return [plain, plain.replace(/[<>&\u2028\u2029]/g, escaped), plain.replace(/[^ -~]/g, escaped), plain.replaceAll('/', '\\/')];
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return [component, strict, strict.replaceAll('%20', '+')];
}

/**
 * Base64 of a longer text (`user:password`, a whole file) has the secret at one of three offsets, and the characters at both ends also
 * hold bits of the neighbours: what is left between them is looked for.
 */
function base64Forms(bytes: Buffer): string[] {
  const inner = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const all = [bytes.toString('base64'), bytes.toString('base64url'), ...inner.filter((text) => text.length >= SHORTEST_BASE64)];
  return all.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}
