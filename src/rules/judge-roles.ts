import type { ErrorCode } from '../errors/catalogue.ts';
import { StashError } from '../errors/error.ts';

/** What one host has answered; `silence`: it has not, and why. */
export type RoleAnswer = { host: string } & (
  | { role: 'Primary' | 'Replica'; evidence: Readonly<Record<string, unknown>> }
  | { silence: { code: string; message: string; remedy: string } }
);

export type RolesVerdict = { type: 'One'; primary: string } | { type: 'None' | 'Several'; error: StashError };

/**
 * Which host of a target is the primary. A host that is silent does not count. Where it is not exactly one, the error names what each has
 * said; where nobody has said anything, and all for the same reason, it is that.
 */
export function judgeRoles(target: string, answers: readonly RoleAnswer[]): RolesVerdict {
  const primaries = answers.filter((one) => 'role' in one && one.role === 'Primary');
  const [primary, ...others] = primaries;
  if (primary !== undefined && others.length === 0) return { type: 'One', primary: primary.host };
  const said = answers.map(answerText).join('; ');
  if (primary !== undefined) {
    const error = new StashError('SeveralPrimaries', `${target}: ${primaries.length} of its hosts say that they are the primary: ${said}`);
    return { type: 'Several', error };
  }
  const common = commonSilence(answers);
  if (common !== undefined) return { type: 'None', error: common };
  return { type: 'None', error: new StashError('NoPrimary', `${target}: ${nobody(answers.length)} the primary: ${said}`) };
}

function nobody(hosts: number): string {
  return hosts === 1 ? 'its only host is not' : `none of its ${hosts} hosts is`;
}

function commonSilence(answers: readonly RoleAnswer[]): StashError | undefined {
  const silent = answers.flatMap((one) => ('silence' in one ? [{ host: one.host, ...one.silence }] : []));
  const [first] = silent;
  if (first === undefined || silent.length < answers.length || silent.some(({ code }) => code !== first.code)) return undefined;
  const message = silent.length === 1 ? first.message : silent.map(({ host, message }) => `${host}: ${message}`).join('; ');
  return new StashError(first.code as ErrorCode, message, { remedy: first.remedy });
}

function answerText(answer: RoleAnswer): string {
  if ('silence' in answer) return `${answer.host} did not answer (${answer.silence.code}: ${cut(answer.silence.message)})`;
  const { host, role, evidence } = answer;
  const shown = evidenceText(evidence);
  return `${host} is ${role === 'Primary' ? 'a primary' : 'a replica'}${shown === '' ? '' : ` (${cut(shown)})`}`;
}

/** `NAME=VALUE, NAME=VALUE`. */
export function evidenceText(evidence: Readonly<Record<string, unknown>>): string {
  return Object.entries(evidence)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

/** Of what one host says, in a message about all of them; characters. */
const LONGEST = 400;
