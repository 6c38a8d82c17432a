import type { ErrorCode } from '../../errors/catalogue.ts';
import { StashError } from '../../errors/error.ts';

/** A refusal by the API server: meta/v1 Status. */
export class ApiError extends StashError {
  readonly status: number;
  readonly reason: string;

  constructor(code: ErrorCode, message: string, facts: { status: number; reason: string; remedy?: string }) {
    super(code, message, facts.remedy === undefined ? {} : { remedy: facts.remedy });
    this.status = facts.status;
    this.reason = facts.reason;
  }
}

/** A version or page that the server no longer has: everything has to be listed anew. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

/** What a Status, or another answer that is no success, means. `what` was attempted: "create Repository demo/local". */
export function apiError(what: string, httpStatus: number, body: unknown): ApiError {
  const { message, reason, code, details } = asStatus(body);
  const status = code ?? httpStatus;
  const facts = { status, reason: reason ?? '' };
  const text = `could not ${what}: ${message ?? `the API server answered ${status}`}`;
  switch (status) {
    case 404:
      // A missing object is named; a missing kind is not.
      if (details?.name) return new ApiError('NotFound', text, facts);
      return new ApiError('StoreUnavailable', text, {
        ...facts,
        remedy: 'Install the custom resource definitions of Stash in the cluster.',
      });
    case 409:
      return new ApiError(reason === 'AlreadyExists' ? 'AlreadyExists' : 'Conflict', text, facts);
    case 401:
      return new ApiError('Forbidden', text, {
        ...facts,
        remedy: 'The credentials were not accepted: log in again, or correct the kubeconfig.',
      });
    case 403:
      return new ApiError(
        'Forbidden',
        text,
        RBAC.test(message ?? '') ? facts : { ...facts, remedy: 'The message says which rule of the cluster refuses it.' },
      );
    case 400:
    case 413:
    case 422:
      return new ApiError('Invalid', text, facts);
    default:
      return new ApiError('StoreUnavailable', text, facts);
  }
}

const RBAC = /cannot \S+ resource/;

interface Status {
  message?: string;
  reason?: string;
  code?: number;
  details?: { name?: string; kind?: string };
}

function asStatus(body: unknown): Status {
  if (typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status') return body as Status;
  return typeof body === 'string' && body.trim() !== '' ? { message: body.trim().slice(0, 500) } : {};
}
