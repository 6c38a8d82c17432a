import { Ajv, type ValidateFunction } from 'ajv';
import type { Static } from 'typebox';
import { anything, integer, list, optional, struct, text } from '../api/schema.ts';
import { ajvProblems } from '../api/validation/ajv-problems.ts';
import { problemText } from '../api/validation/problem.ts';
import type { SchemaNode } from '../api/validation/schema-node.ts';
import { strictSchema } from '../api/validation/strict-schema.ts';
import { isCode, StashError } from '../errors/error.ts';
import { MOST_NAMED, MOST_REPORTS } from './limits.ts';
import { orderError } from './order-error.ts';
import type { PollRequest } from './protocol.ts';
import type { OrderError, Report as OrderReport } from './report.ts';
import { EndedProcess, EngineProcess, RESULTS, Report, ReportStart } from './report-schema.ts';

/** Percent-encoded parts. */
const KEY = "^[A-Za-z0-9._~!*'()%-]+(/[A-Za-z0-9._~!*'()%-]+)*$";
const name = (description: string) => text(description, { minLength: 1, maxLength: 256 });

const Poll = struct('The request of an agent.', {
  protocol: integer('Version of the protocol.'),
  agent: text('Key of the agent.', { minLength: 1, maxLength: 2_048, pattern: KEY }),
  instance: name('Identity of this run of it.'),
  journal: optional(name('Identity of its journal.')),
  pod: optional(name('Uid of its pod.')),
  reports: list('Reports on orders; each is read by itself.', anything('A report.'), { maxItems: MOST_REPORTS }),
  stopping: optional(list('Orders it is stopping.', text('An order.', { maxLength: 2_048 }), { maxItems: MOST_REPORTS })),
  ended: list('Processes that have ended.', EndedProcess, { maxItems: MOST_NAMED }),
  processes: optional(list('Processes that run.', EngineProcess, { maxItems: MOST_NAMED })),
  waitMs: integer('How long the answer may take.', { minimum: 0, maximum: 60_000 }),
});

/**
 * What an agent sent, once it has the shape it must have and keeps to the limits; Invalid, with the path, otherwise. A report that is not
 * understood, but tells its order, is read as the failure of that order once it has ended: it would be sent again and again, and nothing
 * else be heard.
 */
export function pollReader(): (body: unknown) => PollRequest {
  const ajv = new Ajv({ allErrors: false, strict: false, verbose: true, logger: false });
  ajv.addFormat('moment', (value) => !Number.isNaN(Date.parse(value)));
  ajv.addFormat('order-id', isDecodable);
  const compile = (schema: object) => ajv.compile(strictSchema(schema as SchemaNode));
  const poll = compile(Poll);
  const report = compile(Report);
  const start = compile(ReportStart);
  const results = new Map(Object.entries(RESULTS).map(([type, schema]) => [type, compile(schema)]));
  const hold = (check: ValidateFunction, value: unknown, place: string) => {
    if (check(value)) return;
    const [problem] = ajvProblems(check.errors ?? [], value);
    const path = [place, problem?.path ?? ''].filter((part) => part !== '').join('.');
    throw new StashError(
      'Invalid',
      `the request is not understood: ${problemText({ value: undefined, message: 'is wrong', ...problem, path })}`,
    );
  };
  const readReport = (value: Record<string, unknown>, place: string): OrderReport => {
    try {
      hold(report, value, place);
      const read = value as Static<typeof Report>;
      if (read.result === undefined) return read;
      const check = results.get(String(read.result.type));
      if (check === undefined)
        throw new StashError(
          'Invalid',
          `the request is not understood: ${place}.result.type: there is no result ${JSON.stringify(read.result.type)}`,
        );
      hold(check, read.result, `${place}.result`);
      return read;
    } catch (error) {
      const { orderId, startTime } = value;
      const known = { orderId, startTime };
      if (!isCode(error, 'Invalid') || !start(known)) throw error;
      const bare = { ...(known as Static<typeof ReportStart>), steps: [] };
      return value.state === 'Running' ? { ...bare, state: 'Running' } : { ...bare, state: 'Failed', error: notUnderstood(error) };
    }
  };
  return (body) => {
    hold(poll, body, '');
    const request = body as Static<typeof Poll>;
    return { ...request, reports: request.reports.map((value, index) => readReport(value, `reports[${index}]`)) };
  };
}

function notUnderstood({ message }: StashError): OrderError {
  return orderError(new StashError('ReportNotUnderstood', message.replace('the request', 'what the agent reports')));
}

/** An order id is percent-encoded text. */
function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}
