type Work<T> = (signal: AbortSignal) => Promise<T>;

/** Does both at once. Where one fails the other is told to end, and has ended when this throws what failed first. */
export async function sideBySide<A, B>(signal: AbortSignal, a: Work<A>, b: Work<B>): Promise<[A, B]> {
  const other = new AbortController();
  const either = AbortSignal.any([signal, other.signal]);
  let first: { error: unknown } | undefined;
  const failed = (error: unknown) => {
    first ??= { error };
    other.abort();
    throw error;
  };
  const [ofA, ofB] = await Promise.allSettled([a(either).catch(failed), b(either).catch(failed)]);
  if (ofA.status === 'fulfilled' && ofB.status === 'fulfilled') return [ofA.value, ofB.value];
  throw first?.error;
}
