/**
 * Gives `value` the very texts of `like` wherever both have equal ones in the same place. Of thousands of objects of a kind, most of what
 * they say is the same (conditions, references, labels): so it is in memory once, and not once for each, as it came over the wire.
 */
export function shareTexts(value: object, like: object): void {
  const mine = value as Record<string, unknown>;
  const other = like as Record<string, unknown>;
  for (const name in mine) {
    const [own, known] = [mine[name], other[name]];
    if (typeof own === 'string') {
      if (own === known) mine[name] = known;
    } else if (typeof own === 'object' && own !== null && typeof known === 'object' && known !== null) shareTexts(own, known);
  }
}
