import { StashError } from '../../errors/error.ts';

/** One transaction of MariaDB: DOMAIN-SERVER-SEQUENCE. */
export interface Gtid {
  domain: number;
  server: number;
  sequence: bigint;
}

/** Where a server is: the newest transaction of each domain. A domain that is absent has none yet. */
export type GtidState = ReadonlyMap<number, Gtid>;

const FORM = /^(\d{1,10})-(\d{1,10})-(\d{1,20})$/;

/** Undefined: the text is no GTID. */
export function parseGtid(text: string): Gtid | undefined {
  const [, domain, server, sequence] = FORM.exec(text.trim()) ?? [];
  if (domain === undefined || server === undefined || sequence === undefined) return undefined;
  return { domain: Number(domain), server: Number(server), sequence: BigInt(sequence) };
}

/** GTIDs with `,` between them, or `+` as in the tags of snapshots; of several in one domain the newest counts. Throws Invalid. */
export function parseState(text: string): GtidState {
  const state = new Map<number, Gtid>();
  for (const one of text.split(/[,+]/).filter((part) => part.trim() !== '')) {
    const gtid = parseGtid(one);
    if (gtid === undefined)
      throw new StashError('Invalid', `"${one}" is no GTID; it is written DOMAIN-SERVER-SEQUENCE, for instance 0-1-4711`);
    if (gtid.sequence >= (state.get(gtid.domain)?.sequence ?? 0n)) state.set(gtid.domain, gtid);
  }
  return state;
}

/** Longer is no state that a server could be in. */
const LONGEST = 4_096;

/** What somebody else wrote; undefined: it is no state. */
export function readState(text: string): GtidState | undefined {
  const gtids = text === '' ? [] : text.split(/[,+]/);
  return text.length <= LONGEST && gtids.every((one) => parseGtid(one) !== undefined) ? parseState(text) : undefined;
}

export function formatGtid({ domain, server, sequence }: Gtid): string {
  return `${domain}-${server}-${sequence}`;
}

/** By domain, with `,` between them, as MariaDB writes it. */
export function formatState(state: GtidState): string {
  const gtids = [...state.values()].sort((a, b) => a.domain - b.domain);
  return gtids.map(formatGtid).join(',');
}

/** Whether everything of `other` has happened in `state`: no domain of it is further there. */
export function covers(state: GtidState, other: GtidState): boolean {
  return [...other.values()].every(({ domain, sequence }) => sequence <= sequenceOf(state, domain));
}

/** The later of both in each domain. */
export function advancedTo(state: GtidState, other: GtidState): GtidState {
  return new Map([...state, ...[...other].filter(([domain, { sequence }]) => sequence > sequenceOf(state, domain))]);
}

/** The earlier of both in each domain; none where one of them has none. */
export function earliest(state: GtidState, other: GtidState): GtidState {
  const both = [...state].flatMap(([domain, gtid]): [number, Gtid][] => {
    const known = other.get(domain);
    return known === undefined ? [] : [[domain, known.sequence < gtid.sequence ? known : gtid]];
  });
  return new Map(both);
}

/** The same transaction in every domain. */
export function sameState(a: GtidState, b: GtidState): boolean {
  return (
    a.size === b.size && [...a.values()].every((one) => formatGtid(one) === formatGtid(b.get(one.domain) ?? { ...one, sequence: -1n }))
  );
}

/** Its place in a domain; 0 where the domain has nothing yet. */
export function sequenceOf(state: GtidState, domain: number): bigint {
  return state.get(domain)?.sequence ?? 0n;
}

/** The state after one more transaction. */
export function after(state: GtidState, gtid: Gtid): GtidState {
  return new Map(state).set(gtid.domain, gtid);
}
