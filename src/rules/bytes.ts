/** A number of bytes as Stash shows sizes: "2.567 KiB", "512 B". */
export function formatBytes(bytes: number): string {
  const unit = BINARY.findLast(({ factor }) => Math.abs(bytes) >= factor);
  return unit ? `${(bytes / unit.factor).toFixed(3)} ${unit.name}B` : `${Math.round(bytes)} B`;
}

/** Bytes of what {@link formatBytes} wrote, as exact as that is; undefined for any other text. */
export function parseBytes(text: string): number | undefined {
  const [, count, unit] = /^(-?\d+(?:\.\d+)?) (\w*)B$/.exec(text) ?? [];
  const factor = unit === '' ? 1 : BINARY.find(({ name }) => name === unit)?.factor;
  return count === undefined || factor === undefined ? undefined : Math.round(Number(count) * factor);
}

const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((name, index) => ({ name, factor: 1024 ** (index + 1) }));
