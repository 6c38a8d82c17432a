import type { Server } from './server.ts';

/**
 * The time zone that a server calls SYSTEM, which is all that its binlog says of it, as a value of TZ: the zone of this process where the two
 * agree, else an offset that never changes. Undefined where neither is it.
 */
export async function systemTimeZone(server: Server): Promise<string | undefined> {
  const theirs = await offsetsOf(server);
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (PROBES.every((time, at) => offsetIn(own, time) === theirs[at])) return own;
  const [first = Number.NaN] = theirs;
  return theirs.every((offset) => offset === first) ? fixedZone(first) : undefined;
}

/** Of what a chain records; anything else comes from whoever could write to the repository. */
export function isTimeZone(value: unknown): value is string {
  return typeof value === 'string' && /^([A-Za-z]\w*([/+-]\w+){0,3}|<[+-]\d{4}>[+-]\d\d:\d\d)$/.test(value);
}

/** Whether a server was started with that zone; where the machine does not know it, it took UTC. */
export async function hasTimeZone(server: Server, zone: string): Promise<boolean> {
  const offsets = await offsetsOf(server);
  return PROBES.every((time, at) => offsets[at] === (fixedOffset(zone) ?? offsetIn(zone, time)));
}

/** Winter and summer. */
const PROBES = ['2025-01-15T12:00:00Z', '2025-07-15T12:00:00Z'].map((text) => Date.parse(text));

/** Minutes east of Greenwich. */
async function offsetsOf(server: Server): Promise<number[]> {
  const rows = await server.query(`SET SESSION time_zone='SYSTEM';
    ${PROBES.map((time) => `SELECT TIMESTAMPDIFF(MINUTE, '1970-01-01', FROM_UNIXTIME(${time / 1000}));`).join('\n')}`);
  return rows.map(([minutes], at) => Number(minutes) - (PROBES[at] ?? 0) / 60_000);
}

function offsetIn(timeZone: string, time: number): number | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(time);
    const [, sign, hours = '0', minutes = '0'] =
      /GMT(?:([+-])(\d+):(\d+))?/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '') ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  } catch {
    return undefined;
  }
}

/** POSIX counts westwards. */
function fixedZone(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((one) => String(one).padStart(2, '0'));
  const [east, west] = minutes < 0 ? ['-', '+'] : ['+', '-'];
  return `<${east}${hours}${rest}>${west}${hours}:${rest}`;
}

function fixedOffset(zone: string): number | undefined {
  const [, sign, hours, minutes] = /^<([+-])(\d\d)(\d\d)>/.exec(zone) ?? [];
  return sign === undefined ? undefined : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
