/** A GTID position: of each domain its newest GTID, as `DOMAIN-SERVER-SEQUENCE` with commas, by domain; empty before the first. */
export type GtidState = ReadonlyMap<number, string>;

export function parseState(text: string): GtidState {
  const gtids = text === '' ? [] : text.split(',');
  return new Map(gtids.map((gtid) => [domainOf(gtid), gtid]));
}

export function formatState(state: GtidState): string {
  return [...state]
    .sort(([one], [other]) => one - other)
    .map(([, gtid]) => gtid)
    .join(',');
}

/** The state after this GTID. */
export function advanced(state: GtidState, gtid: string): GtidState {
  return new Map(state).set(domainOf(gtid), gtid);
}

/** Whether everything up to `part` comes no later than `whole`, by the sequence in each domain. */
export function reaches(whole: GtidState, part: GtidState): boolean {
  return [...part].every(([domain, gtid]) => {
    const known = whole.get(domain);
    return known !== undefined && sequenceOf(known) >= sequenceOf(gtid);
  });
}

/** The later of both in each domain. */
export function advancedTo(state: GtidState, other: GtidState): GtidState {
  const later = [...other].filter(([domain, gtid]) => {
    const known = state.get(domain);
    return known === undefined || sequenceOf(gtid) > sequenceOf(known);
  });
  return new Map([...state, ...later]);
}

/** The earlier of both in each domain; none where one of them has none. */
export function earliest(state: GtidState, other: GtidState): GtidState {
  const both = [...state].flatMap(([domain, gtid]): [number, string][] => {
    const known = other.get(domain);
    return known === undefined ? [] : [[domain, sequenceOf(known) < sequenceOf(gtid) ? known : gtid]];
  });
  return new Map(both);
}

function domainOf(gtid: string): number {
  return Number(gtid.split('-')[0]);
}

function sequenceOf(gtid: string): bigint {
  return BigInt(gtid.split('-')[2] ?? '0');
}
