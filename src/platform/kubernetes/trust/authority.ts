import 'reflect-metadata';
import { createHash, randomUUID, webcrypto, X509Certificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { ServingCertificate } from '../../../orders/server.ts';
import { AUTHORITY_MS, SERVING_MS, SKEW_MS, type Term } from './terms.ts';

/** A certificate authority: both PEM. The key stays with the operator. */
export interface Authority {
  cert: string;
  key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** For a year, for the certificates of servers alone. Each has a name of its own, so that two of them are told apart. */
export async function makeAuthority(now: Date): Promise<Authority> {
  const keys = await newKeys();
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: `CN=stash-agent-ca ${randomUUID()}`,
    serialNumber: newSerial(),
    ...termFrom(now, AUTHORITY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: `${cert.toString('pem')}\n`, key: await privatePem(keys) };
}

/** For a server of these DNS names: 30 days unless said otherwise, and never longer than its authority. */
export async function issueServing(
  authority: Authority,
  dnsNames: readonly string[],
  now: Date,
  ms = SERVING_MS,
): Promise<ServingCertificate> {
  const keys = await newKeys();
  const issuer = new X509Certificate(authority.cert);
  const term = termFrom(now, ms);
  const end = termOf(authority.cert).notAfter;
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der(authority.key), ALGORITHM, false, ['sign']);
  const cert = await X509CertificateGenerator.create({
    subject: 'CN=stash-agents',
    issuer: issuer.subject.split('\n').reverse().join(','),
    serialNumber: newSerial(),
    notBefore: term.notBefore,
    notAfter: end < term.notAfter ? end : term.notAfter,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns', value }))),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(await publicKeyOf(issuer)),
    ],
  });
  return { cert: `${cert.toString('pem')}\n`, key: await privatePem(keys) };
}

export function termOf(cert: string): Term {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  return { notBefore: validFromDate, notAfter: validToDate };
}

/** Whether the authority has signed it. */
export function isFrom(cert: string, authority: Authority): boolean {
  return new X509Certificate(cert).verify(new X509Certificate(authority.cert).publicKey);
}

function termFrom(now: Date, ms: number): Term {
  return { notBefore: new Date(now.getTime() - SKEW_MS), notAfter: new Date(now.getTime() + ms) };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Positive, and of 127 bits. */
function newSerial(): string {
  return `7${createHash('sha256').update(randomUUID()).digest('hex').slice(0, 31)}`;
}

async function privatePem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const lines = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey))
    .toString('base64')
    .match(/.{1,64}/g);
  return ['-----BEGIN PRIVATE KEY-----', ...(lines ?? []), '-----END PRIVATE KEY-----', ''].join('\n');
}

function der(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

async function publicKeyOf(certificate: X509Certificate): Promise<webcrypto.CryptoKey> {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']);
}
