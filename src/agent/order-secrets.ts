import type { FunctionStep, OpenRepository, Order } from '../orders/order.ts';
import type { OrderError, OrderResult, StoredSnapshot } from '../orders/report.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { accessSecrets, secretValues } from '../secrets/secret-values.ts';

/** Every secret value an order carries: of its repositories, its database, and what its functions are given under a name of a secret. */
export function secretsOf({ task }: Order): string[] {
  const ofStorage = repositoriesOf(task).flatMap(({ access }) => accessSecrets(access));
  const password = 'connection' in task ? task.connection?.password : undefined;
  const ofFunctions = stepsOf(task).flatMap(({ env, params, secrets = [] }) =>
    [...secretValues(env), ...secretValues(params), ...secrets].filter(isNoSwitch),
  );
  return [...new Set([...ofStorage, ...(password === undefined ? [] : [password]), ...ofFunctions])];
}

function repositoriesOf(task: Order['task']): readonly OpenRepository[] {
  if (task.type === 'Role') return [];
  return task.type === 'Backup' || task.type === 'Log' ? task.repositories : [task.repository];
}

function stepsOf(task: Order['task']): readonly FunctionStep[] {
  return 'steps' in task ? task.steps : [];
}

/** A parameter `auth: "true"` holds no secret. */
function isNoSwitch(value: string): boolean {
  return !/^(?:true|false|none|yes|no|on|off)$/i.test(value);
}

/** Also what a function may have put into its own remedy. */
export function redactedError({ code, message, remedy }: OrderError, secrets: Redactor): OrderError {
  return { code, message: secrets.text(message), remedy: secrets.text(remedy) };
}

/** What people are shown of a result. The rest (ids, paths, positions, the text of the records) is data, and true only as it is. */
export function redactedResult(result: OrderResult, secrets: Redactor): OrderResult {
  if (result.type === 'Restore') return result.message === undefined ? result : { ...result, message: secrets.text(result.message) };
  if (result.type === 'Backup')
    return {
      ...result,
      operation: { ...result.operation, reason: secrets.text(result.operation.reason) },
      ...(result.message === undefined ? {} : { message: secrets.text(result.message) }),
      stored: redactedSnapshots(result.stored, secrets),
      ...(result.caughtUp === undefined ? {} : { caughtUp: redactedSnapshots(result.caughtUp, secrets) }),
      failed: result.failed.map((one) => ({ ...one, error: redactedError(one.error, secrets) })),
      ...(result.skipped === undefined ? {} : { skipped: secrets.text(result.skipped) }),
    };
  if (result.type === 'Role') {
    const shown = Object.entries(result.evidence).map(([name, value]) => [name, typeof value === 'string' ? secrets.text(value) : value]);
    return { ...result, evidence: Object.fromEntries(shown) };
  }
  if (result.type === 'Log')
    return {
      ...result,
      ...(result.ended === undefined ? {} : { ended: { ...result.ended, message: secrets.text(result.ended.message) } }),
      ...(result.error === undefined ? {} : { error: redactedError(result.error, secrets) }),
      failed: result.failed.map((one) => ({ ...one, error: redactedError(one.error, secrets) })),
    };
  if (result.type === 'Wipe') return result.kept === undefined ? result : { ...result, kept: secrets.text(result.kept) };
  return result;
}

function redactedSnapshots(stored: readonly StoredSnapshot[], secrets: Redactor): StoredSnapshot[] {
  return stored.map((one) => ({
    ...one,
    unreadable: one.unreadable.map(({ item, message }) => ({ item, message: secrets.text(message) })),
  }));
}
