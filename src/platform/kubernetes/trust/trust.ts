import { isCode, StashError } from '../../../errors/error.ts';
import type { ServingCertificate } from '../../../orders/server.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';
import { shortHash } from '../agent-key.ts';
import { TRUST_CONFIG_MAP, TRUST_KEY } from '../pods/agent-parts.ts';
import { type Authority, isFrom, issueServing, makeAuthority, termOf } from './authority.ts';
import { AUTHORITY_MS, isDue, planAuthorities, signerOf, type Term } from './terms.ts';

interface TrustOptions {
  connection: Pick<Connection, 'send'>;
  /** Of the operator; the Secret is there. */
  namespace: string;
  /** What agents dial: `stash-agents.NAMESPACE.svc` and its other names. */
  dnsNames: readonly string[];
  clock: Clock;
  signal: AbortSignal;
}

/** The authority by which agents know the operator, and this process's own certificate from it. */
export interface Trust {
  /** Makes authority and certificate where there is none or it is time, tells the namespaces; true when there is another certificate. */
  renew(): Promise<boolean>;
  /** After the first `renew`. */
  certificate(): ServingCertificate;
  /** Writes the bundle into the namespace. To be awaited before an agent is made there, which mounts it. */
  publish(namespace: string): Promise<void>;
  /** What clients of any server of ours trust. After the first `renew`. */
  bundle(): string;
  /** What signs now, for a server that is not this process. After the first `renew`. */
  signer(): Signer;
}

interface Signer {
  /** Another one signs when this is another; after two thirds of a year. */
  id: string;
  /** A certificate for as long as its authority. */
  issue(dnsNames: readonly string[]): Promise<ServingCertificate>;
}

export const TRUST_SECRET = 'stash-agent-ca';
const AUTHORITIES = 'authorities.json';
/** Two leaders at the same time disagree once, or a few times; more means that something else is wrong. */
const MOST_ATTEMPTS = 5;
/** A bundle that somebody deleted is there again after so long, wherever an agent is made. */
const PUBLISHED_MS = 300_000;

export function keepTrust(options: TrustOptions): Trust {
  const { clock } = options;
  const published = new Map<string, { bundle: string; since: number }>();
  let authorities: Known[] = [];
  let bundle = '';
  let serving: ServingCertificate | undefined;
  const publish = async (namespace: string) => {
    if (bundle === '') throw new StashError('Internal', 'there is no authority yet');
    const known = published.get(namespace);
    if (known?.bundle === bundle && clock.monotonic() - known.since < PUBLISHED_MS) return;
    const written = bundle;
    await writeBundle(options, namespace, written);
    published.set(namespace, { bundle: written, since: clock.monotonic() });
  };
  return {
    publish,
    certificate: () => {
      if (serving === undefined) throw new StashError('Internal', 'there is no certificate yet');
      return serving;
    },
    bundle: () => bundle,
    signer: () => {
      const signer = signing(authorities, clock.now());
      const id = shortHash(signer.cert);
      return { id, issue: (dnsNames) => issueServing(signer, dnsNames, clock.now(), AUTHORITY_MS) };
    },
    renew: async () => {
      authorities = await keepAuthorities(options);
      bundle = authorities.map(({ cert }) => cert).join('');
      for (const namespace of published.keys()) {
        // One that is gone, or is not to be written any more, must not keep the rest from hearing of it.
        await publish(namespace).catch((error: unknown) => {
          if (!isCode(error, 'NotFound', 'Forbidden')) throw error;
          published.delete(namespace);
        });
      }
      const now = clock.now();
      const old = serving;
      if (old !== undefined && !isDue(termOf(old.cert), now) && authorities.some((one) => isFrom(old.cert, one))) return false;
      serving = await issueServing(signing(authorities, now), options.dnsNames, now);
      return true;
    },
  };
}

function signing(authorities: readonly Known[], now: Date): Known {
  const signer = signerOf(authorities, now);
  if (signer === undefined) throw new StashError('Internal', 'no authority is valid now');
  return signer;
}

type Known = Authority & Term;

/** What the Secret holds once it has been seen to: of two leaders who do so at once, one writes, and the other takes that over. */
async function keepAuthorities(options: TrustOptions): Promise<Known[]> {
  for (let attempt = 1; ; attempt++) {
    const { secret, authorities } = await readAuthorities(options);
    const now = options.clock.now();
    const { keep, make } = planAuthorities(authorities, now);
    if (!make && keep.length === authorities.length) return keep;
    const next = make ? [...keep, known(await makeAuthority(now))] : keep;
    try {
      await writeAuthorities(options, secret, next);
      return next;
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !isCode(error, 'Conflict', 'AlreadyExists')) throw error;
    }
  }
}

interface Secret {
  metadata?: { resourceVersion?: string };
  data?: Record<string, string>;
}

async function readAuthorities({ connection, namespace, signal }: TrustOptions): Promise<{ secret?: Secret; authorities: Known[] }> {
  const what = `read Secret ${namespace}/${TRUST_SECRET}`;
  const path = `/api/v1/namespaces/${namespace}/secrets/${TRUST_SECRET}`;
  const found = await unlessGone(connection.send<Secret>({ what, method: 'GET', path, signal }));
  if (found === undefined) return { authorities: [] };
  const text = Buffer.from(found.body.data?.[AUTHORITIES] ?? '', 'base64').toString();
  return { secret: found.body, authorities: parse(text) };
}

/** A text that is none is replaced: nobody could use it, and agents hear of the new authority by themselves. */
function parse(text: string): Known[] {
  try {
    return (JSON.parse(text) as Authority[]).map(({ cert, key }) => known({ cert, key }));
  } catch {
    return [];
  }
}

function known(authority: Authority): Known {
  return { ...authority, ...termOf(authority.cert) };
}

async function writeAuthorities({ connection, namespace, signal }: TrustOptions, secret: Secret | undefined, authorities: Known[]) {
  const text = JSON.stringify(authorities.map(({ cert, key }) => ({ cert, key })));
  const data = { [AUTHORITIES]: Buffer.from(text).toString('base64') };
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const named = { apiVersion: 'v1', kind: 'Secret', metadata: { name: TRUST_SECRET, namespace, labels: LABELS }, type: 'Opaque', data };
  if (secret === undefined)
    await connection.send({ what: `create Secret ${namespace}/${TRUST_SECRET}`, method: 'POST', path, body: named, signal });
  else
    await connection.send({
      what: `update Secret ${namespace}/${TRUST_SECRET}`,
      method: 'PUT',
      path: `${path}/${TRUST_SECRET}`,
      // With the version that was read: a write in between is a Conflict.
      body: { ...named, ...secret, data },
      signal,
    });
}

async function writeBundle({ connection, signal }: TrustOptions, namespace: string, bundle: string): Promise<void> {
  await connection.send({
    what: `apply ConfigMap ${namespace}/${TRUST_CONFIG_MAP}`,
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/configmaps/${TRUST_CONFIG_MAP}`,
    query: { fieldManager: 'stash', force: true },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: TRUST_CONFIG_MAP, namespace, labels: LABELS },
      data: { [TRUST_KEY]: bundle },
    },
    signal,
  });
}

const LABELS = { 'app.kubernetes.io/managed-by': 'stash' };
