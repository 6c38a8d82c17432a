import { FORCED_FULLS, type ForcedFull, isFault } from './forced-fulls.ts';

/** What a repository was found to hold for the target, before a link is made. */
export interface StoredChain {
  /** Of the Repository. */
  name: string;
  /** Text of metadata.index as this stage last stored it there. */
  remembered?: string;
  /** The same of an upload whose end is not known: it may be there. */
  storing?: string;
  found:
    | { type: 'Unreachable'; why: string }
    /** `own`: the index in the newest chain snapshot of this host; `newest`: of which host the target's newest chain snapshot is. */
    | { type: 'Looked'; own?: string; newest?: { host: string; time: string } };
}

/** What the stage holds; `text` is its metadata.index. */
export type StagedChain =
  | { sound: true; text: string; incrementals: number; fullBytes: number; incrementalBytes: number }
  | { sound: false; empty: boolean; reason: 'FullMissing' | 'IndexMismatch'; message: string };

export interface LinkFacts {
  requested: 'Full' | 'Incremental';
  host: string;
  /** Only the primary of the target is backed up, so its newest chain tells whose turn it was. */
  onlyPrimary: boolean;
  /** What the operator knows. */
  force?: { reason: string; message: string } | undefined;
  stage: StagedChain;
  repositories: readonly StoredChain[];
  limits: { maxIncrementals: number; maxRatio: number };
}

export type LinkDecision = { operation: 'Incremental' } | FullDecision;
export interface FullDecision {
  operation: 'Full';
  reason: ForcedFull;
  /** The evidence in words; empty for a Full that was asked for. */
  message: string;
  /** Whether somebody should look at it. */
  fault: boolean;
}

/** Whether the next link can be an Incremental, else why not: the first reason in a fixed order. What only the function can see comes later. */
export function decideLink(facts: LinkFacts): LinkDecision {
  if (facts.requested === 'Full') return { operation: 'Full', reason: 'Requested', message: '', fault: false };
  return (
    forced(facts) ?? primaryChanged(facts) ?? stageUnfit(facts) ?? notAsStored(facts) ?? tooLong(facts) ?? { operation: 'Incremental' }
  );
}

/** A Full for this reason; a fault where the reason is one. */
export function fullBecause(reason: ForcedFull, message: string, fault = isFault(reason)): FullDecision {
  return { operation: 'Full', reason, message, fault };
}

function forced({ force }: LinkFacts): FullDecision | undefined {
  if (force === undefined) return undefined;
  const reason = FORCED_FULLS.find((one) => one === force.reason) ?? 'VerificationFailed';
  return fullBecause(reason, force.message);
}

function primaryChanged({ onlyPrimary, host, repositories }: LinkFacts): FullDecision | undefined {
  if (!onlyPrimary) return undefined;
  const all = repositories.flatMap(({ name, found }) =>
    found.type === 'Looked' && found.newest !== undefined ? [{ ...found.newest, name }] : [],
  );
  const [newest] = all.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
  if (newest === undefined || newest.host === host) return undefined;
  return fullBecause(
    'PrimaryChanged',
    `the newest chain of the target, of ${newest.time} in ${newest.name}, is of ${newest.host}, not of ${host}`,
  );
}

function stageUnfit({ stage, host, repositories }: LinkFacts): FullDecision | undefined {
  if (stage.sound) return undefined;
  const reached = repositories.filter(({ found }) => found.type === 'Looked');
  const nowhere = reached.every(({ found, remembered }) => found.type === 'Looked' && found.own === undefined && remembered === undefined);
  if (stage.empty && reached.length > 0 && nowhere) return fullBecause('NoSnapshot', `there is no chain of ${host} yet`, false);
  return fullBecause(stage.reason, stage.message);
}

function notAsStored({ stage, host, repositories }: LinkFacts): FullDecision | undefined {
  for (const { name, found, remembered, storing } of repositories) {
    if (found.type === 'Unreachable') continue;
    if (found.own === undefined) {
      // One that never had a chain gets the staged one.
      if (remembered === undefined) continue;
      return fullBecause('NoSnapshot', `${name} holds no chain of ${host} any more, though one was stored there`);
    }
    if (found.own === remembered || found.own === storing || (stage.sound && isBeginning(found.own, stage.text))) continue;
    return fullBecause(
      'IndexMismatch',
      `the newest chain of ${host} in ${name} is neither what was stored there from this stage nor a beginning of what is staged`,
    );
  }
  return undefined;
}

/** Whole lines only. */
export function isBeginning(index: string, staged: string): boolean {
  return index.endsWith('\n') && staged.startsWith(index);
}

function tooLong({ stage, limits }: LinkFacts): FullDecision | undefined {
  if (!stage.sound) return undefined;
  const { incrementals, incrementalBytes, fullBytes } = stage;
  if (incrementals >= limits.maxIncrementals)
    return fullBecause('ChainTooLong', `the chain has ${incrementals} incrementals, chain.maxIncrementals is ${limits.maxIncrementals}`);
  if (incrementals > 0 && incrementalBytes > limits.maxRatio * fullBytes)
    return fullBecause(
      'ChainTooLong',
      `its incrementals hold ${incrementalBytes} bytes, more than ${limits.maxRatio} (chain.maxRatio) times the ${fullBytes} bytes of its full`,
    );
  return undefined;
}
