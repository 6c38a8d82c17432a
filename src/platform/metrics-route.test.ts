import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StashError } from '../errors/error.ts';
import { createExposition } from '../metrics/exposition.ts';
import { WorkMetrics } from '../metrics/work.ts';
import { metricsRoute } from './metrics-route.ts';

test('a scrape that cannot read the objects fails as a whole: no target looks well that is not', async () => {
  const exposition = createExposition({
    clock: { monotonic: () => 0 },
    legacyNames: false,
    work: new WorkMetrics(),
    objects: () => Promise.reject(new StashError('StoreUnavailable', 'the store is closed')),
  });
  const answer = await metricsRoute(exposition).request('/metrics');
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /the store is closed/);
});

test('what is served is the text format of Prometheus', async () => {
  const exposition = createExposition({
    clock: { monotonic: () => 0 },
    legacyNames: false,
    work: new WorkMetrics(),
    objects: () => undefined,
  });
  const answer = await metricsRoute(exposition).request('/metrics');
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(await answer.text(), /^stash_leader 0$/m);
});
