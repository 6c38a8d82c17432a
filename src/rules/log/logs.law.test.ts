import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type KeptChain, removableLogs, type StoredLogs } from './retention.ts';
import { afterCut, afterUpload, continuing, mayCut, type SeriesMemory, uploadsDue } from './uploads.ts';

/** What happens to a host with two repositories; `away`: which of them cannot be used at that moment. */
type Step = { do: 'write' | 'rotate' } | { do: 'full' | 'tick'; away: ('a' | 'b')[] } | { do: 'retain'; keep: number };

const away = fc.subarray<'a' | 'b'>(['a', 'b'], { maxLength: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constant<Step>({ do: 'write' }), weight: 3 },
  { arbitrary: fc.constant<Step>({ do: 'rotate' }), weight: 1 },
  { arbitrary: away.map((names): Step => ({ do: 'full', away: names })), weight: 1 },
  { arbitrary: away.map((names): Step => ({ do: 'tick', away: names })), weight: 3 },
  { arbitrary: fc.integer({ min: 0, max: 255 }).map((keep): Step => ({ do: 'retain', keep })), weight: 1 },
);

interface Place {
  chains: (KeptChain & { at: number })[];
  logs: StoredLogs[];
  /** How far the newest snapshot of logs reaches. */
  last: number;
}

const NAMES = ['a', 'b'] as const;
const state = (at: number) => (at === 0 ? '' : `0-1-${at}`);
const time = (at: number) => new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString();

/** Agent and retention by their rules, on a server that only counts; after each step every place must still hold what it promised. */
function live(steps: readonly Step[]): void {
  let now = 0;
  let clock = 0;
  /** Where each file of the server begins, and from which on the series has them. */
  const files = [0];
  let first = 0;
  let full: { chain: string; at: number } | undefined;
  let memory: SeriesMemory = { timeline: 't', continued: [], stored: {} };
  const places = new Map(NAMES.map((name): [string, Place] => [name, { chains: [], logs: [], last: 0 }]));
  let count = 0;
  const fileOf = (at: number) => files.filter((begin) => begin <= at).length - 1;

  for (const one of steps) {
    clock++;
    if (one.do === 'write') now++;
    if (one.do === 'rotate' && files.at(-1) !== now) files.push(now);
    if (one.do === 'full') {
      full = { chain: `c${++count}`, at: now };
      for (const name of NAMES)
        if (!one.away.includes(name)) places.get(name)?.chains.push({ chain: full.chain, host: 'h', gtid: state(now), at: now });
    }
    if (one.do === 'tick') {
      memory = continuing(memory, full === undefined ? '' : `${full.chain}.0`);
      for (const name of NAMES.filter((each) => !one.away.includes(each)))
        for (const due of uploadsDue(memory, name, String(now))) {
          const place = places.get(name);
          const span = { timeline: 't', from: state(files[first] ?? 0), gtid: state(now), since: time(0), until: time(clock) };
          place?.logs.push({ id: `s${++count}`, host: 'h', ...span, continues: due.continues, follows: '' });
          if (place !== undefined) place.last = now;
          memory = afterUpload(memory, name, String(now), due);
        }
      if (full !== undefined && mayCut(memory, NAMES)) {
        first = fileOf(full.at);
        memory = afterCut(memory);
      }
    }
    if (one.do === 'retain')
      for (const place of places.values()) {
        // Any policy: the newest complete snapshot of a host is always held.
        place.chains = place.chains.filter((_, at) => at === place.chains.length - 1 || ((one.keep >> (at % 8)) & 1) === 1);
        const gone = new Set(removableLogs(place.logs, place.chains));
        place.logs = place.logs.filter(({ id }) => !gone.has(id));
      }
    for (const place of places.values()) assertWhole(place, steps);
  }
}

/** From the oldest chain that is kept to the end of the last upload, each GTID is in a snapshot that begins where another has come to. */
function assertWhole({ chains, logs, last }: Place, steps: readonly Step[]): void {
  const [oldest] = chains.map(({ at }) => at).sort((one, other) => one - other);
  if (oldest === undefined || last <= oldest) return;
  let reached = oldest;
  for (let grown = true; grown && reached < last; ) {
    grown = false;
    for (const { from, gtid } of logs) {
      if (numberOf(from) > reached || numberOf(gtid) <= reached) continue;
      reached = numberOf(gtid);
      grown = true;
    }
  }
  assert.ok(reached >= last, `from ${oldest} on, only ${reached} of ${last} is reached: ${JSON.stringify({ steps, logs, chains })}`);
}

function numberOf(text: string): number {
  return text === '' ? 0 : Number(text.split('-')[2]);
}

test('what retention keeps of the logs reaches from the oldest chain that is kept to the last upload, whatever happened', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => live(steps)),
    { numRuns: 2000 },
  );
});

test('retention of logs keeps one snapshot of a series and chain at the end, and removes nothing the second time', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }), (ends) => {
      const logs = ends
        .sort((one, other) => one - other)
        .map((end, at) => ({
          ...{ id: `s${at}`, host: 'h', timeline: 't', from: '', gtid: state(end), since: time(0), until: time(at) },
          ...{ continues: 'c1.0', follows: '' },
        }));
      const chains = [{ chain: 'c1', host: 'h', gtid: '0-1-1' }];
      const gone = removableLogs(logs, chains);
      const kept = logs.filter(({ id }) => !gone.includes(id));
      assert.deepEqual(
        kept.map(({ id }) => id),
        [logs.at(-1)?.id],
      );
      assert.deepEqual(removableLogs(kept, chains), []);
    }),
  );
});
