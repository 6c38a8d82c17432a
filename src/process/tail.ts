/** The last bytes of a stream. */
export interface Tail {
  add(chunk: Buffer): void;
  text(): string;
  /** Whether something was dropped. */
  cut(): boolean;
}

/** Keeps at most `limit` bytes, and never more than twice that in memory. */
export function tail(limit: number): Tail {
  let chunks: Buffer[] = [];
  let size = 0;
  let dropped = false;
  const compact = () => {
    const all = Buffer.concat(chunks);
    const kept = all.subarray(Math.max(0, all.length - limit));
    dropped ||= kept.length < all.length;
    chunks = [Buffer.from(kept)];
    size = kept.length;
  };
  return {
    add: (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > 2 * limit) compact();
    },
    text: () => {
      compact();
      return chunks.join('');
    },
    cut: () => dropped || size > limit,
  };
}
