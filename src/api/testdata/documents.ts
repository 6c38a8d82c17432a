import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifests } from '../manifest.ts';
import type { AnyObject } from '../object.ts';

/** Manifests that must validate, each with its place for the name of a test. */
export function validDocuments(): { place: string; object: AnyObject }[] {
  return documentsIn(import.meta.dirname);
}

export function documentsIn(folder: string): { place: string; object: AnyObject }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const { documents, problems } = readManifests(readFileSync(join(folder, file), 'utf8'), file);
      if (problems[0] !== undefined) throw new Error(`${file}:${problems[0].line}: ${problems[0].message}`);
      return documents.map(({ object, line }) => {
        const { kind, metadata } = object as AnyObject;
        return { place: `${file}:${line} ${kind} ${metadata.name}`, object: object as AnyObject };
      });
    });
}
