import { BLUEPRINT_VARIABLES, type BlueprintVariable, replaceVariables } from '../../api/blueprint-variables.ts';
import { KINDS } from '../../api/kinds.ts';
import { mapTexts } from '../map-texts.ts';
import { apiVersionOf, type BlueprintTarget } from './target.ts';

type Variables = Readonly<Partial<Record<BlueprintVariable, string>>>;

/** What the variables stand for at a target; absent are those that it gives no value for. */
export function variablesOf(target: BlueprintTarget): Variables {
  const { kind, namespace, name, type, version } = target;
  const slash = type?.indexOf('/') ?? -1;
  const given: Record<BlueprintVariable, string | undefined> = {
    TARGET_API_VERSION: apiVersionOf(kind),
    TARGET_KIND: kind.toLowerCase(),
    TARGET_RESOURCE: KINDS[kind].plural,
    TARGET_NAMESPACE: namespace,
    TARGET_NAME: name,
    TARGET_APP_VERSION: version,
    TARGET_APP_TYPE: type,
    TARGET_APP_GROUP: slash < 0 ? undefined : type?.slice(0, slash),
    TARGET_APP_RESOURCE: type?.slice(slash + 1),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
}

/**
 * The value with each `${VARIABLE}` in its texts filled in, and nothing else changed: a value that is filled in is never looked at again, and
 * neither keys nor the shape of the tree can come from one. `problem` is told of every variable that has no value here.
 */
export function fillIn<T>(value: T, variables: Variables, path: string, problem: (text: string) => void): T {
  return mapTexts(value, (text, at) => fillInText(text, variables, at, problem), path);
}

function fillInText(text: string, variables: Variables, path: string, problem: (text: string) => void): string {
  return replaceVariables(text, (name, written) => {
    const value = name === undefined ? undefined : variables[name];
    if (name === undefined) problem(`${path}: ${written} is no variable of blueprints; there are ${BLUEPRINT_VARIABLES.join(', ')}`);
    else if (value === undefined) problem(`${path}: ${written} has no value here; ${whyNone(name)}`);
    else if (!isHarmless(name, value)) problem(`${path}: ${written} would be ${JSON.stringify(value)}; ${ACCEPTED}`);
    return value ?? '';
  });
}

function whyNone(name: BlueprintVariable): string {
  if (name === 'TARGET_APP_GROUP') return 'only an AppBinding whose spec.type is GROUP/RESOURCE gives it';
  return `only an AppBinding with spec.${name === 'TARGET_APP_VERSION' ? 'version' : 'type'} gives it`;
}

const ACCEPTED = 'a value may hold letters, digits, "-", "_" and "." and must begin and end with a letter or digit';
const PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
/** Those that hold a group before a slash. */
const IN_TWO_PARTS = ['TARGET_API_VERSION', 'TARGET_APP_TYPE'];

/** What an AppBinding says of itself is anybody's text: nothing that climbs out of a directory, or is more than one, gets into a prefix. */
function isHarmless(name: string, value: string): boolean {
  const parts = value.split('/');
  return parts.length <= (IN_TWO_PARTS.includes(name) ? 2 : 1) && parts.every((part) => PART.test(part) && !part.includes('..'));
}
