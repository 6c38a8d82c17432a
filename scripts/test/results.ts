import type { TestEvent } from 'node:test/reporters';

export interface Failure {
  file: string;
  /** Names from the outermost suite to the test. */
  path: string[];
  line: number | undefined;
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

/** Collects what the runner tells. A suite counts only when it is skipped as a whole or breaks outside its tests. */
export function collector(results: Results): (event: TestEvent) => void {
  const open = new Map<string, string[]>();
  const pathOf = (file: string, nesting: number, name: string) => [...(open.get(file) ?? []).slice(0, nesting), name];
  return ({ type, data }) => {
    if (data === undefined) return;
    const file = 'file' in data ? (data.file ?? '') : '';
    switch (type) {
      case 'test:start':
        open.set(file, pathOf(file, data.nesting, data.name));
        break;
      case 'test:stdout':
      case 'test:stderr':
        results.output.set(file, `${results.output.get(file) ?? ''}${data.message}`);
        break;
      case 'test:complete':
        if (data.name === file) results.durations[file] = data.details.duration_ms;
        break;
      case 'test:pass':
        if (data.skip !== undefined && data.skip !== false) {
          const reason = data.skip === true ? '' : data.skip;
          results.skips.push({ file, path: pathOf(file, data.nesting, data.name), reason });
        } else if (data.details.type !== 'suite' && data.name !== file) results.passed++;
        break;
      case 'test:fail': {
        const error = data.details.error as Error & { failureType?: string };
        if (error.failureType === 'subtestsFailed') break;
        results.failures.push({ file, path: pathOf(file, data.nesting, data.name), line: data.line, error: error.cause ?? error });
        break;
      }
    }
  };
}
