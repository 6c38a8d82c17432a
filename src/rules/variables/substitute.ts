import { StashError } from '../../errors/error.ts';
import { mapTexts } from '../map-texts.ts';

export type Variables = Readonly<Record<string, string>>;

/** Of one text, before and after; characters. What a program takes as arguments is far from it. */
const LONGEST = 64 * 1024;
/** References in defaults of references. */
const DEEPEST = 16;
/** Of a text in a message; characters. */
const SHOWN = 200;

/**
 * The value with the variables in all its strings filled in, as Stash writes them: `${NAME}`, `${NAME:=default}` (also `:-` and `=`), and
 * `$${` for `${` itself. On the parsed tree, once: what comes in by a variable is text and nothing else, whatever it holds. A variable that
 * is there counts, also an empty one. Throws Invalid that names the variable and the path of the field, also for a text of more than 65,536
 * characters and for defaults in more than 16 references.
 */
export function substitute<T>(value: T, variables: Variables, path: string): T {
  return mapTexts(value, (text, at) => withinLimit(filledText(withinLimit(text, at), variables, at), at), path);
}

function withinLimit(text: string, path: string): string {
  if (text.length <= LONGEST) return text;
  throw new StashError('Invalid', `${path}: "${shown(text)}" has ${text.length} characters; at most ${LONGEST} are possible`);
}

/** NAME, then an operator with a default; what other operators of shells would mean is not ours to guess. */
const REFERENCE = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:=|:-|=)([\s\S]*))?$/;

function filledText(text: string, variables: Variables, path: string): string {
  let result = '';
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('${', at);
    if (next < 0) return result + text.slice(at);
    if (next > at && text[next - 1] === '$') {
      result += `${text.slice(at, next - 1)}\${`;
      at = next + 2;
      continue;
    }
    const end = closing(text, next + 2, path);
    if (end === undefined) throw new StashError('Invalid', `${path}: "${shown(text.slice(next))}" has no closing brace`);
    result += text.slice(at, next) + valueFor(text.slice(next + 2, end), variables, path);
    at = end + 1;
  }
  return result;
}

function valueFor(reference: string, variables: Variables, path: string): string {
  const [, name, operator, otherwise = ''] = REFERENCE.exec(reference) ?? [];
  if (name === undefined)
    throw new StashError('Invalid', `${path}: "${shown(`\${${reference}}`)}" is not understood`, {
      remedy: 'Write ${NAME} or ${NAME:=default}; for a text that the program itself fills in write $${NAME}.',
    });
  if (Object.hasOwn(variables, name)) return variables[name] ?? '';
  if (operator !== undefined) return filledText(otherwise, variables, path);
  throw new StashError('Invalid', `${path}: the variable "${shown(name)}" has no value and no default`, {
    remedy: `Give it as a parameter of the task, or write \${${shown(name)}:=default}.`,
  });
}

/** Of the brace before `from`; a default may hold references itself. Each level is read once more when it is filled in, so they are few. */
function closing(text: string, from: number, path: string): number | undefined {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('${', at)) open += 1;
    else if (text[at] === '}') open -= 1;
    if (open === 0) return at;
    if (open > DEEPEST)
      throw new StashError('Invalid', `${path}: "${shown(text.slice(from - 2))}" has references in more than ${DEEPEST} others`);
  }
  return undefined;
}

function shown(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
