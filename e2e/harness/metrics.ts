import { kubectl } from './kubectl.ts';
import { SYSTEM } from './release.ts';

/** The lines that an operator serves. */
export async function metricsOf(pod: string): Promise<string[]> {
  return (await kubectl(['get', '--raw', `/api/v1/namespaces/${SYSTEM}/pods/${pod}:8081/proxy/metrics`])).split('\n');
}
