import type { TestEvent } from 'node:test/reporters';

export interface Failure {
  /** The test file that was run. */
  file: string;
  /** Where the test is written: `FILE:LINE`, often in a suite that several test files run. */
  place: string;
  /** Names from the outermost suite to the test. */
  path: string[];
  error: unknown;
}

export interface Skip {
  file: string;
  path: string[];
  /** What the test says of it; empty when it says nothing. */
  reason: string;
}

export interface Results {
  passed: number;
  failures: Failure[];
  skips: Skip[];
  /** Milliseconds by file. */
  durations: Record<string, number>;
  /** What each file printed. */
  output: Map<string, string>;
}

export function emptyResults(): Results {
  return { passed: 0, failures: [], skips: [], durations: {}, output: new Map() };
}

/**
 * Collects what the runner tells. A suite counts only when it is skipped as a whole or breaks outside its tests. Verdicts of one file
 * arrive together and end in its summary, which alone names the file that was run.
 */
export function collector(results: Results): (event: TestEvent) => void {
  let open: string[] = [];
  const ofThisFile = { failures: [] as Failure[], skips: [] as Skip[] };
  const settle = (file: string) => {
    results.failures.push(...ofThisFile.failures.splice(0).map((failure) => ({ ...failure, file })));
    results.skips.push(...ofThisFile.skips.splice(0).map((skip) => ({ ...skip, file })));
    open = [];
  };
  return ({ type, data }) => {
    if (data === undefined) return;
    const file = 'file' in data ? (data.file ?? '') : '';
    switch (type) {
      case 'test:start':
        open = [...open.slice(0, data.nesting), data.name];
        break;
      case 'test:stdout':
      case 'test:stderr':
        results.output.set(file, `${results.output.get(file) ?? ''}${data.message}`);
        break;
      case 'test:complete':
        if (data.name === file) results.durations[file] = data.details.duration_ms;
        break;
      case 'test:pass': {
        const path = [...open.slice(0, data.nesting), data.name];
        if (data.skip !== undefined && data.skip !== false) {
          ofThisFile.skips.push({ file, path, reason: data.skip === true ? '' : data.skip });
        } else if (data.details.type !== 'suite' && data.name !== file) results.passed++;
        break;
      }
      case 'test:fail': {
        const error = data.details.error as Error & { failureType?: string };
        if (error.failureType === 'subtestsFailed') break;
        const path = [...open.slice(0, data.nesting), data.name];
        ofThisFile.failures.push({ file, place: `${file}:${data.line ?? 1}`, path, error: error.cause ?? error });
        // The file as a whole broke: nothing else tells of it.
        if (data.name === file) settle(file);
        break;
      }
      case 'test:summary':
        if (file !== '') settle(file);
        break;
    }
  };
}
