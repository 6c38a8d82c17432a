import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawWindow } from './draw.ts';
import type { RepositoryWindow } from './read-window.ts';
import { windowTable } from './window-table.ts';

const at = (minute: number) => Date.parse('2026-11-22T10:00:00Z') + minute * 60_000;

function window(name: string): RepositoryWindow {
  const interval = { from: at(0), to: at(10), gtidFrom: '0-1-4', gtidTo: '0-1-9', host: name, timeline: '0a1b2c3d' };
  return {
    repository: { namespace: 'shop', name: 'repo' },
    target: `shop/AppBinding/${name}`,
    stored: { bases: [], logs: [] },
    intervals: [interval, { ...interval, from: at(20), to: at(20), timeline: undefined }],
  };
}

test('of one target the table has intervals, holes and points, oldest first, and does not name it', () => {
  const [header = '', ...lines] = windowTable([window('orders')], false);
  assert.match(header, /^WHAT +FROM/);
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['interval', 'hole', 'point'],
  );
});

test('of several targets each line names its own, in full where that is asked for, and so does the drawing', () => {
  const windows = [window('orders'), window('customers')];
  const [header = '', ...lines] = windowTable(windows, false);
  assert.match(header, /^TARGET +WHAT/);
  assert.deepEqual(
    lines.map((line) => line.split(/ +/).slice(0, 2).join(' ')),
    ['orders', 'customers'].flatMap((name) => ['interval', 'hole', 'point'].map((what) => `AppBinding/${name} ${what}`)),
  );
  assert.match(windowTable(windows, true)[1] ?? '', /^shop\/AppBinding\/orders .* shop\/repo$/);
  assert.match(drawWindow(windows, 100)[3] ?? '', /^AppBinding\/customers {2}repo {2}0a1b2c3d customers +━/);
});

test('what is archived and goes on from no backup is a hole behind everything, and dots in the drawing', () => {
  const of = window('orders');
  const open = { from: at(20), to: at(40), gtidFrom: '0-1-9', gtidTo: '0-1-30', host: 'orders', timeline: '11111111' };
  const line = windowTable([{ ...of, open }], false).at(-1) ?? '';
  assert.match(line, /^hole +2026-11-22T10:20:00Z +2026-11-22T10:40:00Z +20m +0-1-9 +0-1-30 +orders +11111111 +repo$/);
  const drawn = drawWindow([{ ...of, open }], 60);
  assert.match(drawn.at(-1) ?? '', /^repo {2}11111111 orders +·+$/);
  assert.equal(drawn.at(-1)?.length, 60);
});

test('no line of a drawing is longer than the terminal is wide', () => {
  const [wide = '', ...lines] = drawWindow([window('orders')], 100);
  assert.deepEqual([wide.length, lines.length], [100, 2]);
  for (const width of [30, 40, 50, 65, 80]) {
    const drawn = drawWindow([window('orders')], width);
    assert.ok(
      drawn.every((line) => line.length <= width),
      `${width}:\n${drawn.join('\n')}`,
    );
    assert.match(drawn.join('\n'), /^ *2026-11-22T10:00:00Z *\n? *2026-11-22T10:20:00Z\n/);
  }
});

test('a hole before a timeline that uses GTIDs again names none', () => {
  const of = window('orders');
  const [first, ...rest] = of.intervals;
  assert.ok(first);
  const hole = (gtidFrom: string) => {
    const next = { ...first, from: at(12), to: at(15), gtidFrom, gtidTo: '0-1-40', timeline: '11111111' };
    return windowTable([{ ...of, intervals: [first, next, ...rest] }], false).find((line) => line.startsWith('hole')) ?? '';
  };
  assert.match(hole('0-1-30'), / 2m +0-1-9 +0-1-30 /);
  assert.doesNotMatch(hole('0-1-9'), /0-1-9/);
  assert.doesNotMatch(hole('0-1-5'), /0-1-/);
});
