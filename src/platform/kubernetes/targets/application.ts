import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';

/** Whether there is such an AppBinding. */
export async function hasApplication(connection: Connection, namespace: string, name: string): Promise<boolean> {
  const path = `/apis/appcatalog.appscode.com/v1alpha1/namespaces/${namespace}/appbindings/${encodeURIComponent(name)}`;
  const what = `read AppBinding ${namespace}/${name}`;
  return (await unlessGone(connection.send({ what, method: 'GET', path }))) !== undefined;
}
