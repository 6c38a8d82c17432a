/** Of a log, in a report and in status; `rules/log/marks.ts` says which. In a file of its own, since agents do without schemas. */
export const MOST_MARKS = 24;
