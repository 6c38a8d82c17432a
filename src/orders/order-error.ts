import type { StashError } from '../errors/error.ts';
import type { OrderError } from './report.ts';

/** What a report and a status say of an error. */
export function orderError({ code, message, remedy }: StashError): OrderError {
  return { code, message, remedy };
}
