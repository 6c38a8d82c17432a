import type { FunctionStep, Order } from '../orders/order.ts';

/**
 * The order with what the kubelet has put into this container's environment for its functions: to each its own, and what else the image
 * has set. A function that declares a value itself keeps that. Not journaled: the values are secret.
 */
export function withPodVariables(order: Order, environment: Readonly<Record<string, string | undefined>>): Order {
  const { task } = order;
  if (!('steps' in task) || task.steps.every(({ fromPod }) => fromPod === undefined)) return order;
  return { ...order, task: { ...task, steps: task.steps.map((step) => withVariables(step, environment)) } };
}

/** Of the agent itself, of its loader, and those that functions get from us. */
const OWN = /^(?:STASH_|LD_|NODE_OPTIONS$|POD_(?:NAME|NAMESPACE|UID)$|PATH$|HOME$|TMPDIR$)/;

function withVariables(step: FunctionStep, environment: Readonly<Record<string, string | undefined>>): FunctionStep {
  const { fromPod } = step;
  if (fromPod === undefined) return step;
  const all = Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const under = (prefix: string) =>
    all.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value] as const);
  const secrets = under(fromPod.secret);
  const given = [...all.filter(([name]) => !OWN.test(name)), ...under(fromPod.plain), ...secrets];
  return { ...step, env: { ...Object.fromEntries(given), ...step.env }, secrets: secrets.map(([, value]) => value) };
}
