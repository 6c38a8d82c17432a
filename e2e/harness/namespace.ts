import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { report } from './diagnostics.ts';
import { apply, kubectl, list } from './kubectl.ts';
import { waitFor } from './wait-for.ts';

/** On the namespaces of tests. */
const LABEL = 'stash-e2e';

/** A namespace for one test. It goes after the test; when that failed, what was in it is written down first. */
export async function ownNamespace(t: TestContext, name = 'e2e'): Promise<string> {
  const namespace = `${name}-${randomUUID().slice(0, 8)}`;
  await apply(namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { [LABEL]: 'yes' } } });
  reportFailure(t, namespace);
  t.after(async () => {
    // Not waited for: finalizers are the operator's business, and other tests run on.
    if (process.env.STASH_E2E_KEEP === undefined) await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });
  return namespace;
}

/** Waits until the namespaces of tests that have ended are gone: their finalizers need the operator. */
export async function namespacesGone(): Promise<void> {
  const read = async () => (await list('namespaces', undefined, LABEL)).map(({ metadata, status }) => ({ name: metadata.name, status }));
  await waitFor('the namespaces of the tests are gone', read, (left) => left.length === 0, { seconds: 120 });
}

/** Writes down what is in a namespace, and what the operator says, should the test fail. */
export function reportFailure(t: TestContext, namespace: string): void {
  t.after(async () => {
    // Not in the types yet.
    if (!(t as TestContext & { passed: boolean }).passed) await report(t.fullName, namespace);
  });
}
