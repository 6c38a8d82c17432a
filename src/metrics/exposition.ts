import { ReadableStream } from 'node:stream/web';
import { setImmediate } from 'node:timers/promises';
import { collectDefaultMetrics, type Gauge, Registry } from 'prom-client';
import manifest from '../../package.json' with { type: 'json' };
import type { Clock } from '../runtime/clock.ts';
import { OPERATOR } from './definitions/operator.ts';
import { intervals } from './intervals.ts';
import { type Metric, type Sample, Samples } from './metric.ts';
import { type Observed, observe } from './observe.ts';
import type { WorkMetrics } from './work.ts';

interface ExpositionOptions {
  clock: Pick<Clock, 'monotonic'>;
  /** Stash’s old names as well, `stash_backup_...`: for dashboards that were made for it. They double the series. */
  legacyNames: boolean;
  work: WorkMetrics;
  /** The objects there are; undefined while this operator does not lead. */
  objects: () => Promise<Observed> | Observed | undefined;
}

export interface Exposition {
  contentType: string;
  /** The text of one scrape in pieces, one a metric; between them other work gets its turn. Rejects before the first when nothing can be told. */
  scrape(): Promise<ReadableStream<string>>;
}

/** Metrics in the text format of Prometheus, worked out anew at each scrape. One for a process: that of the process never stop. */
export function createExposition({ clock, legacyNames, work, objects }: ExpositionOptions): Exposition {
  const process = new Registry();
  collectDefaultMetrics({ register: process });
  const intervalOf = intervals();
  return {
    contentType: process.contentType,
    scrape: async () => {
      const began = clock.monotonic();
      const present = await objects();
      const samples = present === undefined ? new Samples() : observe(present, intervalOf);
      samples.addFlag(OPERATOR.leader, {}, present !== undefined);
      samples.add(OPERATOR.build, { version: manifest.version, node: globalThis.process.versions.node }, 1);
      if (present !== undefined) {
        work.observe(samples);
        samples.add(OPERATOR.collect, {}, (clock.monotonic() - began) / 1000);
      }
      return ReadableStream.from(texts([process, registryOf(samples, legacyNames)]));
    },
  };
}

async function* texts(registries: readonly Registry[]): AsyncGenerator<string> {
  for (const registry of registries) {
    for (const { name } of registry.getMetricsAsArray()) {
      yield `${await registry.getSingleMetricAsString(name)}\n`;
      await setImmediate();
    }
  }
}

function registryOf(samples: Samples, legacyNames: boolean): Registry {
  const registry = new Registry();
  for (const [metric, series] of samples.entries()) {
    registry.registerMetric(finished(metric, metric.name, series));
    if (legacyNames && metric.legacy !== undefined) registry.registerMetric(finished(metric, metric.legacy, series));
  }
  return registry;
}

/**
 * A metric whose values are there already. The library’s own gauges look each series up by its labels, which takes four times as long for a
 * quarter of a million of them; a registry asks a metric for no more than this. Shared labels are what it writes out once an object.
 */
function finished({ type, help }: Metric, name: string, series: readonly Sample[]): Gauge {
  // Made only when it is this metric's turn, so that one of them is in memory at a time.
  const values = () =>
    series.map(({ labels, own, value }) => ({ sharedLabels: labels, ...(own === undefined ? {} : { labels: own }), value }));
  return { name, help, type, get: async () => ({ name, help, type, values: values() }) } as unknown as Gauge;
}
