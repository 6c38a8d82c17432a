/** One metric as it is documented; its values are {@link Samples}. */
export interface Metric {
  name: string;
  /** Name that Stash gave it before; served only when asked for. */
  legacy?: string;
  type: 'gauge' | 'counter';
  /** A label that does not apply to a series is left out there. */
  labels: readonly string[];
  /** What a value means, with its unit. */
  help: string;
}

/** Values of labels; one object for all series that have the same ones is written out once. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  labels: Labels;
  /** Labels of this series alone. */
  own: Labels | undefined;
  value: number;
}

/** What one scrape tells: for each metric its series. */
export class Samples {
  readonly #byMetric = new Map<Metric, Sample[]>();

  /** What is not known yields no series: 0 would be a claim. */
  add(metric: Metric, labels: Labels, value: number | undefined, own?: Labels): void {
    if (value === undefined || Number.isNaN(value)) return;
    const known = this.#byMetric.get(metric);
    if (known === undefined) this.#byMetric.set(metric, [{ labels, own, value }]);
    else known.push({ labels, own, value });
  }

  /** 1 or 0. */
  addFlag(metric: Metric, labels: Labels, value: boolean | undefined): void {
    this.add(metric, labels, value === undefined ? undefined : Number(value));
  }

  entries(): IterableIterator<[Metric, Sample[]]> {
    return this.#byMetric.entries();
  }
}

export function gauge(name: string, labels: readonly string[], help: string): Metric {
  return { name, type: 'gauge', labels, help };
}

export function counter(name: string, labels: readonly string[], help: string): Metric {
  return { name, type: 'counter', labels, help };
}

/** A gauge that Stash had, under both of its names: `stash_appscode_com_NAME` and `stash_LEGACY`. */
export function stashGauge(name: string, legacy: string, labels: readonly string[], help: string): Metric {
  return { name: `stash_appscode_com_${name}`, legacy: `stash_${legacy}`, type: 'gauge', labels, help };
}
