import type { OpenRepository, Order } from '../orders/order.ts';

/** Every secret value an order carries, so that none of them reaches a log. */
export function secretsOf({ task }: Order): string[] {
  const repositories: OpenRepository[] = task.type === 'Backup' ? task.repositories : [task.repository];
  const access = repositories.flatMap(({ access }) => [...Object.entries(access.env), ...Object.entries(access.files)]);
  // Names and regions are no secrets, and hiding them would make a log unreadable.
  const ofStorage = access.filter(([name]) => /PASSWORD|SECRET|KEY|TOKEN|CREDENTIALS|AUTH/i.test(name)).map(([, value]) => value);
  const password = 'connection' in task ? task.connection?.password : undefined;
  return [...ofStorage, ...(password === undefined ? [] : [password])];
}
