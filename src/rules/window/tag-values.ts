const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const NAME = /^[\w-]{1,64}$/;
const LINK = /^([\w-]{1,64})\.(\d{1,9})$/;
const END = Date.UTC(10_000, 0);

/** Tags are written by whoever can write to the repository. Milliseconds of an RFC 3339 time from 1970 to 9999; undefined: it is none. */
export function tagTime(text: string): number | undefined {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return time >= 0 && time < END ? time : undefined;
}

/** Whether it can be the name of a chain or of a timeline. */
export function isTagName(text: string): boolean {
  return NAME.test(text);
}

/** CHAIN.LINK; undefined: it is none. */
export function tagLink(text: string): { chain: string; link: number } | undefined {
  const [, chain, link] = LINK.exec(text) ?? [];
  return chain === undefined ? undefined : { chain, link: Number(link) };
}
