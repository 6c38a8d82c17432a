import { StashError } from '../errors/error.ts';

/** Why nobody answered: an operator that is not there, or one that cannot be trusted. */
export function connectionFailure(cause: Error & { code?: string }, { place, remedy }: { place: string; remedy?: string }): StashError {
  const told = UNTRUSTED.find(([codes]) => codes.test(cause.code ?? ''));
  if (told !== undefined)
    return new StashError('OperatorUntrusted', `who answers at ${place} cannot be trusted: ${told[1]} (${cause.message})`, { cause });
  const options = remedy === undefined ? { cause } : { cause, remedy };
  return new StashError(
    'OperatorUnreachable',
    `no answer from the operator at ${place}: ${cause.message || cause.code || cause.name}`,
    options,
  );
}

/** Codes of Node's TLS, with what they mean here. */
const UNTRUSTED: readonly [codes: RegExp, meaning: string][] = [
  [/^CERT_HAS_EXPIRED$/, 'its certificate, or the CA that signed it, has expired'],
  [/^CERT_NOT_YET_VALID$/, 'its certificate is not valid yet; compare the clocks'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another name'],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|INVALID_CA)$/,
    'its certificate is not from the CA that is trusted here',
  ],
  [/^(ERR_SSL_|ERR_TLS_|EPROTO$)/, 'it does not speak TLS as it must'],
  [/^(ERR_OSSL_|ERR_CRYPTO_)/, 'the CA file does not hold a certificate'],
];
