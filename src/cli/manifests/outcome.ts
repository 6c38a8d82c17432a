/** What became of an object that was applied. */
export type Outcome = 'created' | 'configured' | 'unchanged';
