/** A number of bytes as Stash shows sizes: "2.567 KiB", "512 B". */
export function formatBytes(bytes: number): string {
  const unit = BINARY.findLast(({ factor }) => Math.abs(bytes) >= factor);
  return unit ? `${(bytes / unit.factor).toFixed(3)} ${unit.name}B` : `${Math.round(bytes)} B`;
}

const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((name, index) => ({ name, factor: 1024 ** (index + 1) }));
