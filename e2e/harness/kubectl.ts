import { run } from '../../src/process/run.ts';

/** An object of the cluster, as the API gives it. */
interface Found {
  metadata: { name: string; namespace?: string; uid?: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of any kind
  [field: string]: any;
}

/** Output of kubectl; throws with what it said when it fails. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  return program(process.env.STASH_KUBECTL ?? 'kubectl', args, input);
}

export async function helm(args: readonly string[]): Promise<string> {
  return program(process.env.STASH_HELM ?? 'helm', args);
}

/** Puts objects into the cluster; those without a namespace of their own into `namespace`. */
export async function apply(namespace: string, ...objects: object[]): Promise<void> {
  await serverSideApply(namespace, objects, []);
}

/** The same with the rights of `user` alone. */
export async function applyAs(user: string, namespace: string, ...objects: object[]): Promise<void> {
  await serverSideApply(namespace, objects, [`--as=${user}`]);
}

async function serverSideApply(namespace: string, objects: object[], options: string[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl(['apply', '--server-side', '--field-manager=e2e', '--namespace', namespace, ...options, '-f', '-'], list);
}

/** Undefined when there is none. */
export async function get(kind: string, name: string, namespace?: string): Promise<Found | undefined> {
  const text = await kubectl(['get', kind, name, ...inNamespace(namespace), '--ignore-not-found', '-o', 'json']);
  return text.trim() === '' ? undefined : (JSON.parse(text) as Found);
}

export async function list(kind: string, namespace?: string, selector?: string): Promise<Found[]> {
  const where = namespace === undefined ? ['--all-namespaces'] : ['--namespace', namespace];
  const text = await kubectl(['get', kind, ...where, ...(selector === undefined ? [] : ['--selector', selector]), '-o', 'json']);
  return (JSON.parse(text) as { items: Found[] }).items;
}

function inNamespace(namespace: string | undefined): string[] {
  return namespace === undefined ? [] : ['--namespace', namespace];
}

const LONGEST_MS = 180_000;

async function program(command: string, args: readonly string[], input?: string): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined));
  const ran = await run({
    command,
    args,
    env,
    ...(input === undefined ? {} : { input }),
    signal: AbortSignal.timeout(LONGEST_MS),
    stdoutTailBytes: 64 * 1024 * 1024,
  });
  if (ran.exitCode === 0) return ran.stdoutTail;
  throw new Error(`${command.split('/').at(-1)} ${args.join(' ')}: ${ran.stderrTail.trim() || `exit code ${ran.exitCode}`}`);
}
