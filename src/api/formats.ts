import Type, { type TUnsafe } from 'typebox';
import { DURATION_PATTERN } from './duration-pattern.ts';
import { text } from './schema.ts';

/** What Kubernetes accepts as a quantity. */
const QUANTITY_PATTERN =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

/** RFC 1123 subdomain, the names of most objects. */
export const NAME_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

export function duration(description: string, options: { default?: string } = {}) {
  return text(description, {
    pattern: DURATION_PATTERN,
    maxLength: 64,
    accepts: 'a duration such as 90s, 15m or 1h30m (no days: write 24h)',
    ...options,
  });
}

export function time(description: string) {
  return text(description, { format: 'date-time', accepts: 'a time such as 2026-11-22T10:15:00Z' });
}

export function quantity(description: string): TUnsafe<string | number> {
  return Type.Unsafe({
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    pattern: QUANTITY_PATTERN,
    'x-stash-accepts': 'a quantity such as 500m, 2 or 1Gi',
    description,
  });
}

export function intOrString(description: string): TUnsafe<string | number> {
  return Type.Unsafe({
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-stash-accepts': 'a whole number or a text',
    description,
  });
}

/** Name of another object; templates in blueprints (`${TARGET_NAME}`) are why no pattern stands here. */
export function objectName(description: string) {
  return text(description, { minLength: 1, maxLength: 253 });
}

export function namespaceName(description: string) {
  return text(description, { maxLength: 63 });
}

/** Text in the notation of a schedule; `src/rules` understands it. */
export function schedule(description: string) {
  return text(`${description} Five-field cron, a macro such as "@daily", "*/15" (minutes) or "0 */2" (minute and hour).`, {
    minLength: 1,
    maxLength: 128,
    check: 'schedule',
  });
}
