import { isCode } from '../../errors/error.ts';

/** The answer to a request for one object; undefined when the server has no such object. Every other refusal stays one. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isCode(error, 'NotFound')) return undefined;
    throw error;
  }
}
