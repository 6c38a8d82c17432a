import { NAME_PATTERN } from '../../api/formats.ts';
import { ANNOTATIONS } from '../../api/names.ts';
import type { BackupTarget } from '../../api/target.ts';
import type { Param } from '../../api/task-ref.ts';
import { asStashError, StashError } from '../../errors/error.ts';
import { parseSchedule } from '../schedule/parse.ts';
import type { BlueprintKind } from './target.ts';

type Annotations = Readonly<Record<string, string>>;

/** What a target's annotations ask for besides a blueprint. */
export interface TargetWishes {
  /** Of the only thing the blueprint does on schedule. */
  schedule: string | undefined;
  /** By alias. */
  schedules: ReadonlyMap<string, string>;
  paths: string[] | undefined;
  volumeMounts: BackupTarget['volumeMounts'];
  params: Param[];
}

/** Names of the blueprints, each once; none where there is no annotation. Throws Invalid. */
export function blueprintNames(annotations: Annotations): string[] {
  const names = [...new Set(items(annotations[ANNOTATIONS.backupBlueprint] ?? ''))];
  const wrong = names.find((name) => name.length > 253 || !NAME.test(name));
  if (wrong !== undefined)
    throw new StashError('Invalid', `annotation ${ANNOTATIONS.backupBlueprint}: ${JSON.stringify(wrong)} is no name of a BackupBlueprint`);
  return names;
}

/** Throws Invalid that names every annotation that cannot be followed. */
export function targetWishes(kind: BlueprintKind, annotations: Annotations): TargetWishes {
  const problems: string[] = [];
  const read = <T>(name: string, parse: (text: string) => T): T | undefined => {
    const text = annotations[name];
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (thrown) {
      problems.push(`annotation ${name}: ${asStashError(thrown).message}`);
      return undefined;
    }
  };
  const after = (prefix: string) =>
    Object.keys(annotations)
      .filter((name) => name.startsWith(prefix))
      .sort();
  if (kind === 'AppBinding')
    for (const name of [ANNOTATIONS.targetPaths, ANNOTATIONS.volumeMounts])
      read(name, () => {
        throw new StashError('Invalid', 'an AppBinding has neither paths nor volumes of its own');
      });
  const schedules = after(ANNOTATIONS.schedulePrefix).flatMap((name) => {
    const schedule = read(name, scheduleText);
    return schedule === undefined ? [] : [[name.slice(ANNOTATIONS.schedulePrefix.length), schedule] as const];
  });
  const wishes = {
    schedule: read(ANNOTATIONS.schedule, scheduleText),
    schedules: new Map(schedules),
    paths: read(ANNOTATIONS.targetPaths, paths),
    volumeMounts: read(ANNOTATIONS.volumeMounts, volumeMounts),
    params: after(ANNOTATIONS.paramsPrefix).map((name) => ({
      name: name.slice(ANNOTATIONS.paramsPrefix.length),
      value: annotations[name] ?? '',
    })),
  };
  if (problems.length > 0) throw new StashError('Invalid', problems.join('; '));
  return wishes;
}

const NAME = new RegExp(NAME_PATTERN);
const VOLUME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function items(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function scheduleText(text: string): string {
  const schedule = text.trim();
  parseSchedule(schedule);
  return schedule;
}

function paths(text: string): string[] {
  const found = items(text);
  for (const path of found) if (!isPlainPath(path, true)) throw wrong(path, 'an absolute path without ".."');
  if (found.length === 0) throw wrong(text, 'a path, or several with commas between them');
  return found;
}

/** `VOLUME:PATH[:SUBPATH]`, with commas between several. */
function volumeMounts(text: string): NonNullable<TargetWishes['volumeMounts']> {
  const found = items(text).map((item) => {
    const [name = '', mountPath = '', subPath, ...more] = item.split(':');
    const sound = VOLUME.test(name) && isPlainPath(mountPath, true) && (subPath === undefined || isPlainPath(subPath, false));
    if (!sound || more.length > 0) throw wrong(item, 'VOLUME:/PATH or VOLUME:/PATH:SUBPATH');
    return { name, mountPath, ...(subPath === undefined ? {} : { subPath }) };
  });
  if (found.length === 0) throw wrong(text, 'VOLUME:/PATH');
  return found;
}

function isPlainPath(path: string, absolute: boolean): boolean {
  if (path === '' || path.length > 4096 || path.startsWith('/') !== absolute || path.split('/').includes('..')) return false;
  return ![...path].some((character) => character < ' ' || character === '\u007f');
}

function wrong(value: string, accepted: string): StashError {
  return new StashError('Invalid', `${JSON.stringify(value)} is not ${accepted}`);
}
