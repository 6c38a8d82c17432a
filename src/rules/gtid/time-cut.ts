/** A transaction in the order of the binlog; its time is that of its commit, in seconds, and need not grow. */
export interface TimedGroup {
  gtid: string;
  time: number;
}

/** Between two transactions: what is before it is taken, what is after it is not. Absent: there is none on that side. */
interface TimeCut {
  before?: TimedGroup;
  after?: TimedGroup;
  /** Transactions before the cut. */
  taken: number;
  /** Transactions on the wrong side of it by their own time: more than none where the clocks did not run forward. */
  misplaced: number;
}

/**
 * The place in a log that a time means: the cut with the fewest transactions on its wrong side, later ones before it or earlier ones after
 * it; of several the first, so that in doubt nothing later than the time is taken. Exclusive: what has exactly this time is later than it.
 * Give it every transaction in order (`take`, true when the best cut so far is right behind this one), then ask.
 */
export function timeCut(milliseconds: number, exclusive: boolean) {
  const isLater = ({ time }: TimedGroup) => (exclusive ? time * 1000 >= milliseconds : time * 1000 > milliseconds);
  let cut: { before?: TimedGroup; after?: TimedGroup; taken: number } = { taken: 0 };
  let seen = 0;
  let earlier = 0;
  let balance = 0;
  let least = 0;
  let last: TimedGroup | undefined;
  return {
    take(group: TimedGroup): boolean {
      if (seen === cut.taken) cut.after = group;
      seen += 1;
      last = group;
      if (isLater(group)) balance += 1;
      else {
        balance -= 1;
        earlier += 1;
      }
      if (balance >= least) return false;
      least = balance;
      cut = { before: last, taken: seen };
      return true;
    },
    // Before the first transaction, all earlier ones are misplaced; each that is taken changes that by one.
    cut: (): TimeCut => ({ ...cut, misplaced: earlier + least }),
  };
}
