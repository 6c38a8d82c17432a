import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '../orders/order.ts';
import { secretsOf } from './order-secrets.ts';
import { withPodVariables } from './pod-variables.ts';

const environment = {
  STASH_ENV_AA_MODE: 'fast',
  STASH_SECRET_AA_LOGIN: 'hunter22',
  STASH_SECRET_BB_LOGIN: 'of another',
  STASH_TOKEN_FILE: '/token',
  NODE_OPTIONS: '--inspect',
  JAVA_HOME: '/java',
  HOME: '/stage',
};

test('a function gets its own variables and those of its image, and neither those of another nor of the agent', () => {
  const fromPod = { plain: 'STASH_ENV_AA_', secret: 'STASH_SECRET_AA_' };
  const order = orderOf([{ name: 'mine', fromPod }, { name: 'plain' }]);
  const [mine, plain] = stepsOf(withPodVariables(order, environment));
  assert.deepEqual(mine?.env, { JAVA_HOME: '/java', MODE: 'fast', LOGIN: 'hunter22', TZ: 'UTC' });
  assert.deepEqual(plain?.env, { TZ: 'UTC' });
});

test('what came out of a Secret is kept out of logs and reports, whatever its name is', () => {
  const fromPod = { plain: 'STASH_ENV_AA_', secret: 'STASH_SECRET_AA_' };
  assert.deepEqual(secretsOf(withPodVariables(orderOf([{ name: 'mine', fromPod }]), environment)), ['hunter22']);
});

test('what a function declares itself counts more than what the image has set', () => {
  const fromPod = { plain: 'STASH_ENV_AA_', secret: 'STASH_SECRET_AA_' };
  const [mine] = stepsOf(withPodVariables(orderOf([{ name: 'mine', fromPod }]), { TZ: 'CET' }));
  assert.equal(mine?.env.TZ, 'UTC');
});

function orderOf(steps: object[]): Order {
  const whole = steps.map((step) => ({ env: { TZ: 'UTC' }, params: {}, ...step }));
  return { id: 'one', task: { type: 'Backup', repositories: [], steps: whole } } as unknown as Order;
}

function stepsOf({ task }: Order) {
  return 'steps' in task ? task.steps : [];
}
