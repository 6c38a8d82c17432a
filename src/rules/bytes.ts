import { QUANTITY_PATTERN } from '../api/formats.ts';
import { StashError } from '../errors/error.ts';

/** A number of bytes as Stash shows sizes: "2.567 KiB", "512 B". */
export function formatBytes(bytes: number): string {
  const unit = BINARY.findLast(({ factor }) => Math.abs(bytes) >= factor);
  return unit ? `${(bytes / unit.factor).toFixed(3)} ${unit.name}B` : `${Math.round(bytes)} B`;
}

/** Bytes of a Kubernetes quantity ("2Gi", "500M", "1e9", 1024), rounded up as Kubernetes does. Throws Invalid; a negative size is refused. */
export function parseBytes(quantity: string | number): number {
  const text = String(quantity);
  const match = new RegExp(QUANTITY_PATTERN).test(text) ? /^([-+]?[0-9.]+)(.*)$/.exec(text) : null;
  const bytes = match ? Math.ceil(Number(match[1]) * factorOf(match[2] ?? '')) : Number.NaN;
  if (bytes >= 0 && Number.isFinite(bytes)) return bytes;
  throw new StashError('Invalid', `size "${text}" is not valid; accepted are numbers with Ki, Mi, Gi, Ti, Pi, Ei, k, M, G, T, P or E`);
}

const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((name, index) => ({ name, factor: 1024 ** (index + 1) }));
const DECIMAL: Record<string, number> = { n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };

function factorOf(suffix: string): number {
  const binary = BINARY.find(({ name }) => name === suffix);
  return binary?.factor ?? DECIMAL[suffix] ?? Number(`1${suffix}`);
}
