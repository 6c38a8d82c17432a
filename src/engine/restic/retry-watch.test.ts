import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { type Patience, readRetry, retryWatch } from './retry-watch.ts';

const patience: Patience = { openingMs: 20_000, workingMs: 120_000, refusals: 3 };
const refused = (operation: string) =>
  `${operation} returned error, retrying after 1.15s: dial tcp 127.0.0.1:1: connect: connection refused`;

/** Plays lines at given milliseconds; the answer is when and why it gave up. */
function play(script: [number, string][], until: number): { at: number; message: string } | undefined {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let now = 0;
    let end: { at: number; message: string } | undefined;
    const watch = retryWatch(patience, (message) => {
      assert.equal(end, undefined, 'it gives up once');
      end = { at: now, message };
    });
    for (now = 0; now <= until; now += 100) {
      for (const [at, line] of script) if (at === now) watch.line(line);
      mock.timers.tick(100);
    }
    watch.stop();
    return end;
  } finally {
    mock.timers.reset();
  }
}

test('a dead endpoint is given up after the patience for opening', () => {
  const end = play(
    [
      [0, refused('Stat(<config/>)')],
      [1_200, refused('Stat(<config/>)')],
      [9_000, refused('Stat(<config/>)')],
    ],
    60_000,
  );
  assert.ok(end);
  assert.ok(end.at >= 19_800 && end.at <= 20_100, `${end.at}`);
  assert.match(end.message, /connection refused/);
});

test('a blip that ends before that is survived, and forgotten', () => {
  const blip = (from: number): [number, string][] => [
    [from, refused('Load(<key/1a2b3c>)')],
    [from + 15_000, 'Load(<key/1a2b3c>) operation successful after 2 retries'],
  ];
  assert.equal(play([...blip(0), ...blip(16_000), ...blip(32_000)], 200_000), undefined);
});

test('once the repository is open, patience is longer', () => {
  const end = play([[0, refused('Save(<data/1a2b3c>)')]], 200_000);
  assert.ok(end && end.at >= 119_800 && end.at <= 120_100);
});

test('a refusal is final after a few repeats', () => {
  const denied = 'Stat(<config/>) returned error, retrying after 2.4s: Stat: The request signature we calculated does not match';
  assert.equal(
    play(
      [
        [0, denied],
        [1_000, denied],
        [3_000, denied],
        [4_000, denied],
      ],
      60_000,
    )?.at,
    3_000,
  );
});

test('only the two lines of the retrying layer are taken for such', () => {
  assert.equal(readRetry('some file returned error'), undefined);
  assert.equal(readRetry('{"message_type":"status"}'), undefined);
  assert.deepEqual(readRetry('List(snapshot) returned error, retrying after 552ms: x: y'), {
    type: 'retry',
    operation: 'List(snapshot)',
    message: 'x: y',
  });
  assert.deepEqual(readRetry('Stat(<config/>) failed: stat r2/config: permission denied'), { type: 'over', operation: 'Stat(<config/>)' });
});
