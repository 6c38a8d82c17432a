import type { Connection } from '../../../store/kubernetes/connection.ts';

/** First minor version of Kubernetes in which init containers that go on beside the others are there unless somebody turned them off. */
const FIRST_MINOR = 29;

/** Whether the cluster runs init containers with `restartPolicy: Always` as sidecars. */
export async function hasNativeSidecars(connection: Connection): Promise<boolean> {
  const { body } = await connection.send<Version>({ what: 'read the version of the cluster', method: 'GET', path: '/version' });
  return supportsNativeSidecars(body);
}

interface Version {
  major: string;
  minor: string;
}

/** Providers write minor versions such as "29+". */
export function supportsNativeSidecars({ major, minor }: Version): boolean {
  return Number(major) > 1 || (Number(major) === 1 && Number.parseInt(minor, 10) >= FIRST_MINOR);
}
