import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetKey } from '../../../controllers/platform-port.ts';
import type { ErrorCode } from '../../../errors/catalogue.ts';
import { asStashError, StashError } from '../../../errors/error.ts';
import { systemClock } from '../../../runtime/clock.ts';
import type { ApiRequest, Connection } from '../../../store/kubernetes/connection.ts';
import { clusterExec } from './exec.ts';

const target = (kind: string, namespace = 'shop'): TargetKey => ({ kind, namespace, name: 'db' });
/** A StatefulSet of so many pods, none of which is there. */
function execWith(replicas: number | undefined, reached: () => void = () => undefined) {
  const send = async ({ path }: ApiRequest) => {
    if (path.endsWith('/pods')) {
      reached();
      const foreign = { metadata: { name: 'db-0', namespace: 'shop' }, spec: { containers: [{ name: 'a' }] } };
      return { status: 200, body: { items: [foreign] } };
    }
    if (replicas === undefined) throw new StashError('NotFound', path);
    return { status: 200, body: { kind: 'StatefulSet', metadata: { name: 'db' }, spec: { replicas, template: {} } } };
  };
  return clusterExec({ send } as unknown as Connection, systemClock);
}

const cases: [name: string, of: TargetKey | undefined, replicas: number | undefined, code: ErrorCode, says: RegExp][] = [
  ['of a whole batch', undefined, 1, 'Invalid', /has no target.*give the hook to a member/],
  ['of a claim', target('PersistentVolumeClaim'), 1, 'Invalid', /a PersistentVolumeClaim has no container.*httpGet/],
  ['of a target in another namespace', target('StatefulSet', 'other'), 1, 'HookRefused', /namespace shop run no commands in pods of other/],
  ['of a workload that is not there', target('StatefulSet'), undefined, 'NotFound', /no shop\/StatefulSet\/db/],
  ['of a workload without pods', target('StatefulSet'), 0, 'HookFailed', /scaled to 0/],
];
for (const [name, of, replicas, code, says] of cases)
  test(`A command is refused in a hook ${name}`, async () => {
    const run = execWith(replicas)(of, ['true'], { namespace: 'shop', signal: new AbortController().signal });
    const error = asStashError(await run.catch((thrown: unknown) => thrown));
    assert.equal(error.code, code);
    assert.match(`${error.message}. ${error.remedy}`, says);
  });

test('A pod of somebody else that has the name of an ordinal is none of the target’s; what is waited for is said at the end', async () => {
  const stop = new AbortController();
  const exec = execWith(1, () => stop.abort());
  await assert.rejects(exec(target('StatefulSet'), ['true'], { namespace: 'shop', signal: stop.signal }), {
    code: 'HookFailed',
    message: 'pod shop/db-0 is not there',
  });
});
