import type { Secret } from '../core.ts';
import type { AnyObject } from '../object.ts';
import { type Problem, pathText } from './problem.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function secretProblems(object: AnyObject): Problem[] {
  return Object.entries((object as Secret).data ?? {})
    .filter(([, value]) => !BASE64.test(value.replaceAll(/\s/g, '')))
    .map(([key]) => ({
      path: pathText(['data', key]),
      value: undefined,
      message: 'is not base64: put a value as it is under stringData',
    }));
}

/** What stringData holds goes into data and wins there, as in Kubernetes. */
export function withStringData(object: AnyObject): AnyObject {
  const { stringData, ...secret } = object as Secret;
  if (stringData === undefined) return secret;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]);
  return { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } } as Secret;
}
