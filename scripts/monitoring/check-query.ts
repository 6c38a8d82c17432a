import { METRICS } from '../../src/metrics/definitions/all.ts';

const KNOWN = new Map(Object.values(METRICS).flatMap((group) => group.map(({ name, labels }) => [name, labels] as const)));
/** Added by whoever scrapes. */
const ANYWHERE = ['instance', 'job'];

/** What a query asks for that no metric of ours has; metrics of the process are let pass. */
export function checkQuery(query: string): string[] {
  const wrong: string[] = [];
  for (const [, name = '', matchers = ''] of query.matchAll(/\b(stash_\w+)(?:\{([^}]*)\})?/g)) {
    const labels = KNOWN.get(name);
    if (labels === undefined) wrong.push(`no metric ${name}`);
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*[=!]~?\s*"/g))
      if (!labels?.includes(label)) wrong.push(`${name} has no label ${label}`);
  }
  const used = [...query.matchAll(/\bstash_\w+/g)].flatMap(([name]) => KNOWN.get(name) ?? []);
  for (const [, names = ''] of query.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g))
    for (const label of names.split(',').map((one) => one.trim()))
      if (![...used, ...ANYWHERE].includes(label)) wrong.push(`no metric here has the label ${label}`);
  return wrong;
}
