import { BLUEPRINT_VARIABLES, replaceVariables, TEMPLATED_FIELDS } from '../blueprint-variables.ts';
import type { AnyObject } from '../object.ts';
import { type Path, type Problem, pathText } from './problem.ts';
import { isRecord } from './walk.ts';

/** Variables that no target could ever give a value to. */
export function blueprintProblems({ spec }: AnyObject): Problem[] {
  const fields = spec as Record<string, unknown>;
  return TEMPLATED_FIELDS.flatMap((field) => unknownVariables(fields[field], ['spec', field]));
}

function unknownVariables(value: unknown, path: Path): Problem[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => unknownVariables(one, [...path, index]));
  if (isRecord(value)) return Object.entries(value).flatMap(([name, one]) => unknownVariables(one, [...path, name]));
  if (typeof value !== 'string') return [];
  const unknown: string[] = [];
  replaceVariables(value, (name, written) => {
    if (name === undefined) unknown.push(written);
    return '';
  });
  const accepted = BLUEPRINT_VARIABLES.join(', ');
  return unknown.map((written) => ({ path: pathText(path), value, message: `${written} is no variable of blueprints`, accepted }));
}
