import { KINDS, type KindName } from './kinds.ts';
import type { AnyObject } from './object.ts';
import { ajvProblems } from './validation/ajv-problems.ts';
import { celProblems } from './validation/cel-problems.ts';
import { checkProblems } from './validation/check-problems.ts';
import { compileSchema } from './validation/compile.ts';
import { extraProblems } from './validation/extra-problems.ts';
import { identify } from './validation/identify.ts';
import { type Problem, problemText } from './validation/problem.ts';
import { secretProblems, withStringData } from './validation/secret.ts';
import { warningsOf } from './validation/warnings.ts';
import { withoutNulls } from './validation/without-nulls.ts';

export { problemText };

export interface ValidateOptions {
  /** The object as it is stored, for rules about changes. */
  old?: AnyObject;
  /** Says what is wrong with the text of a schedule; undefined when nothing is. */
  schedule?: (text: string) => string | undefined;
  /** The same for the name of a time zone. */
  timeZone?: (text: string) => string | undefined;
}

export type Validated = { ok: true; object: AnyObject; warnings: string[] } | { ok: false; problems: Problem[] };

/**
 * Checks a manifest as an API server with our CRDs and strict field validation would, and a little more. A good one comes back as a
 * new object with defaults filled in and without status; a bad one as everything that is wrong with it.
 */
export function validate(manifest: unknown, options: ValidateOptions = {}): Validated {
  const identified = identify(manifest);
  if (!identified.ok) return identified;
  const { kind } = identified;
  const { schema, accepts } = compiled(kind);

  const object = withoutNulls(schema, structuredClone(identified.manifest));
  delete object.status;
  const errors = accepts(object);
  if (errors.length > 0) return { ok: false, problems: hideSecrets(kind, ajvProblems(errors, object)) };

  const candidate = object as unknown as AnyObject;
  const problems = [
    ...celProblems(schema, object, options.old),
    ...checkProblems(schema, object, options),
    ...extraProblems(candidate),
    ...(kind === 'Secret' ? secretProblems(candidate) : []),
  ];
  if (problems.length > 0) return { ok: false, problems: hideSecrets(kind, problems) };
  const warnings = warningsOf(candidate);
  if (!KINDS[kind].namespaced) delete candidate.metadata.namespace;
  return { ok: true, object: kind === 'Secret' ? withStringData(candidate) : candidate, warnings };
}

const cache = new Map<KindName, ReturnType<typeof compileSchema>>();

/** Compiled once for each kind: it takes 10 to 100 ms, and most runs of the CLI see one or two kinds. */
function compiled(kind: KindName): ReturnType<typeof compileSchema> {
  const found = cache.get(kind) ?? compileSchema(KINDS[kind]);
  cache.set(kind, found);
  return found;
}

/** Whatever is wrong with a Secret, only these values of it may be shown. */
const SHOWN_OF_SECRETS = ['metadata.name', 'metadata.namespace', 'type'];

function hideSecrets(kind: KindName, problems: Problem[]): Problem[] {
  if (kind !== 'Secret') return problems;
  return problems.map((problem) => (SHOWN_OF_SECRETS.includes(problem.path) ? problem : { ...problem, value: undefined }));
}
