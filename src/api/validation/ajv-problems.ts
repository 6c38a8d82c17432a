import type { ErrorObject } from 'ajv';
import { didYouMean } from './did-you-mean.ts';
import { type Path, type Problem, pathText } from './problem.ts';
import type { SchemaNode } from './schema-node.ts';

type AjvError = Pick<ErrorObject, 'keyword' | 'instancePath' | 'schemaPath' | 'params' | 'message' | 'data' | 'parentSchema'>;

/** Ajv's errors as problems, in the words of the reference pages. */
export function ajvProblems(errors: readonly AjvError[], root: unknown): Problem[] {
  // The branches of an `anyOf` say nothing beyond the `anyOf` itself.
  const telling = errors.filter(({ schemaPath }) => !/\/anyOf\/\d/.test(schemaPath));
  return onePerPath(telling.map((error) => problemOf(error, root)));
}

function problemOf({ keyword, instancePath, params, message, data, parentSchema }: AjvError, root: unknown): Problem {
  const schema = (parentSchema ?? {}) as SchemaNode;
  const path = pathOf(instancePath, root);
  const at = pathText(path);
  const accepts = schema['x-stash-accepts'];
  switch (keyword) {
    case 'additionalProperties':
      return unknownField(params.additionalProperty, schema, path, data);
    case 'required':
      return missingField(params.missingProperty, schema, path);
    case 'type':
      return { path: at, value: data, message: `must be ${TYPE_NAMES[String(params.type)] ?? params.type}`, ...withAccepted(accepts) };
    case 'enum':
      return {
        path: at,
        value: data,
        message: 'is not a value there is',
        accepted: (schema.enum ?? []).map((value) => (value === '' ? '""' : value)).join(', '),
      };
    case 'minLength':
      return { path: at, value: data, message: 'must not be empty', ...withAccepted(accepts) };
    case 'anyOf':
    case 'pattern':
    case 'format':
      return {
        path: at,
        value: data,
        message: 'is not written as it must be',
        accepted: accepts ?? schema.pattern ?? schema.format ?? String(message),
      };
    default:
      return { path: at, value: data, message: LIMITS[keyword]?.(params.limit) ?? message ?? keyword, ...withAccepted(accepts) };
  }
}

const TYPE_NAMES: Record<string, string> = {
  string: 'a text (quote it)',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

const LIMITS: Record<string, (limit: number) => string> = {
  minimum: (limit) => `must be at least ${limit}`,
  maximum: (limit) => `must be at most ${limit}`,
  maxLength: (limit) => `must have at most ${limit} characters`,
  minItems: (limit) => `must have at least ${limit} item${limit === 1 ? '' : 's'}`,
  maxItems: (limit) => `must have at most ${limit} items`,
};

function unknownField(name: string, schema: SchemaNode, path: Path, data: unknown): Problem {
  const names = Object.keys(schema.properties ?? {});
  const meant = didYouMean(name, names);
  return {
    path: pathText([...path, name]),
    value: (data as Record<string, unknown>)[name],
    message: meant === undefined ? 'unknown field' : `unknown field; did you mean "${meant}"?`,
    accepted: names.sort().join(', '),
  };
}

function missingField(name: string, schema: SchemaNode, path: Path): Problem {
  const description = schema.properties?.[name]?.description;
  return { path: pathText([...path, name]), value: undefined, message: 'is missing', ...withAccepted(description?.replace(/\.$/, '')) };
}

function withAccepted(accepted: string | undefined): { accepted?: string } {
  return accepted === undefined ? {} : { accepted };
}

/** A JSON pointer as a path; digits are an index only inside a list. */
function pathOf(pointer: string, root: unknown): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(value) ? Number(name) : name;
      value = (value as Record<string | number, unknown> | undefined)?.[key];
      return key;
    });
}

/** The first problem of each place: a wrong type makes a wrong pattern too. */
function onePerPath(problems: readonly Problem[]): Problem[] {
  return [...Map.groupBy(problems, ({ path }) => path).values()].flatMap((same) => same.slice(0, 1));
}
