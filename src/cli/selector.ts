import type { AnyObject } from '../api/object.ts';
import { StashError } from '../errors/error.ts';

/** A label selector as kubectl reads it: `a=b`, `a!=b`, `a`, `!a`, `a in (b,c)`, `a notin (b,c)`, joined by commas. */
export function parseSelector(text: string | undefined): (object: AnyObject) => boolean {
  if (text === undefined) return () => true;
  const tests = splitTerms(text).map((term) => parseTerm(term, text));
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

type Test = (labels: Record<string, string>) => boolean;

function splitTerms(text: string): string[] {
  // A comma inside parentheses belongs to a set.
  return text.split(/,(?![^(]*\))/).map((term) => term.trim());
}

function parseTerm(term: string, whole: string): Test {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? NONE) === (operator === 'in');
  }
  const comparison = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(term);
  if (comparison !== null) {
    const [, key = '', operator, value = ''] = comparison;
    return (labels) => ((labels[key] ?? NONE) === value) === (operator !== '!=');
  }
  const presence = /^(!?)([^=!\s()]+)$/.exec(term);
  if (presence !== null) {
    const [, not, key = ''] = presence;
    return (labels) => Object.hasOwn(labels, key) === (not === '');
  }
  throw new StashError('Usage', `"${whole}" is not a label selector: ${JSON.stringify(term)} is not understood`, {
    remedy: 'Use key=value, key!=value, key, !key, "key in (a,b)" or "key notin (a,b)", joined by commas.',
  });
}

/** Not a possible label value. */
const NONE = '\0';
