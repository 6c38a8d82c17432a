/** What one check found: nothing, or all of it. */
export interface Outcome {
  /** What was looked at, in a few words. */
  note: string;
  /** Each begins with the place: `FILE:LINE: ` or `FILE: `. */
  problems: string[];
}

export interface Check {
  name: string;
  run(): Promise<Outcome> | Outcome;
}
