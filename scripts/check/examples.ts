import { parseAllDocuments } from 'yaml';
import { readManifests } from '../../src/api/manifest.ts';
import { problemText, validate } from '../../src/api/validate.ts';
import { StashError } from '../../src/errors/error.ts';
import { parseSchedule } from '../../src/rules/schedule/parse.ts';
import { assertTimeZone } from '../../src/rules/schedule/zone.ts';
import type { SourceFile } from '../project-files.ts';
import { codeBlocks } from './markdown.ts';
import type { Outcome } from './outcome.ts';

/** Manifests that people copy from us, as files or out of the documentation, are accepted by us. */
export function checkExamples(files: readonly SourceFile[]): Outcome {
  const sources = files.flatMap((file) => (MANIFESTS.test(file.name) ? [file] : file.name.endsWith('.md') ? manifestBlocks(file) : []));
  let count = 0;
  const problems = sources.flatMap(({ name, text }) => {
    const read = readManifests(text, name);
    count += read.documents.length;
    return [
      ...read.problems.map(({ source, line, message }) => `${source}:${line}: ${message}`),
      ...read.documents.flatMap(({ object, line }) => objectProblems(object).map((problem) => `${name}:${line}: ${problem}`)),
    ];
  });
  return { note: `${count} manifests`, problems };
}

const MANIFESTS = /^(examples|catalog)\/.*\.ya?ml$/;

/** The YAML blocks of a document that hold whole objects; a block that shows only a part of one has no kind or no name. */
function manifestBlocks({ name, text }: SourceFile): SourceFile[] {
  return codeBlocks(text)
    .filter(({ language, code }) => /^ya?ml$/.test(language) && isWhole(code))
    .map(({ code, line }) => ({ name, text: `${'\n'.repeat(line)}${code}` }));
}

function isWhole(code: string): boolean {
  const documents = parseAllDocuments(code);
  if (!Array.isArray(documents)) return false;
  return documents.every((document) => document.has('apiVersion') && document.has('kind') && document.has('metadata'));
}

function objectProblems(object: unknown): string[] {
  const checked = validate(object, { schedule: problemOf(parseSchedule), timeZone: problemOf(assertTimeZone) });
  return checked.ok ? [] : checked.problems.map(problemText);
}

function problemOf(parse: (text: string) => unknown): (text: string) => string | undefined {
  return (text) => {
    try {
      parse(text);
      return undefined;
    } catch (error) {
      if (error instanceof StashError) return error.message;
      throw error;
    }
  };
}
