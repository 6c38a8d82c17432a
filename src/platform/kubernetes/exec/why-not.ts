import { asStashError, StashError } from '../../../errors/error.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { type ContainerPlace, containerText } from './container-place.ts';

/** Why the API server did not open a stream: a WebSocket that is refused does not say it, other requests do. */
export async function whyNot(connection: Connection, place: ContainerPlace, path: string, cause: unknown): Promise<StashError> {
  if (!(await isAllowed(connection, place.namespace)))
    return new StashError('HookRefused', `the operator may not run commands in pods of namespace ${place.namespace} (pods/exec)`, {
      cause,
    });
  const said = await connection.send({ what: `run a command in ${containerText(place)}`, method: 'GET', path }).then(
    () => undefined,
    (error: unknown) => asStashError(error),
  );
  // The right thing to say to a request that is no WebSocket: nothing else is wrong.
  const message = said === undefined || /upgrade/i.test(said.message) ? asStashError(cause).message : said.message;
  return new StashError('HookFailed', `the command of the hook could not be run in ${containerText(place)}: ${message}`, { cause });
}

/** Over a WebSocket it is a GET; newer clusters ask for create too. */
async function isAllowed(connection: Connection, namespace: string): Promise<boolean> {
  const answers = await Promise.all(['get', 'create'].map((verb) => mayExec(connection, namespace, verb)));
  return !answers.includes(false);
}

async function mayExec(connection: Connection, namespace: string, verb: string): Promise<boolean | undefined> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { namespace, verb, resource: 'pods', subresource: 'exec' } },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const answer = connection.send<{ status?: { allowed?: boolean } }>({
    what: 'ask for the right to run commands',
    method: 'POST',
    path,
    body,
  });
  return answer.then(
    ({ body: review }) => review.status?.allowed === true,
    () => undefined,
  );
}
