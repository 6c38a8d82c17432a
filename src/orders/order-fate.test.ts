import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OrderFacts, orderFate } from './order-fate.ts';

const fresh: OrderFacts = { known: false, ended: false, sent: false, sentTo: undefined, journal: 'a' };
const table: [what: string, facts: Partial<OrderFacts>, fate: ReturnType<typeof orderFate>][] = [
  ['was never sent', {}, 'Send'],
  ['was sent to this journal, which has nothing of it: the answer was lost', { sent: true, sentTo: 'a' }, 'Send'],
  ['was sent to another journal', { sent: true, sentTo: 'b' }, 'Lost'],
  ['was begun once, nobody knows where', { sent: true }, 'Lost'],
  ['was begun once, and this agent has it', { sent: true, known: true }, 'Nothing'],
  ['is at this agent', { sent: true, sentTo: 'a', known: true }, 'Nothing'],
  ['has ended at an agent that is gone', { sent: true, sentTo: 'b', ended: true }, 'Nothing'],
  ['was sent to an agent that tells of no journal', { sent: true, journal: undefined }, 'Send'],
];
for (const [what, facts, fate] of table)
  test(`an order that ${what}: ${fate}`, () => {
    assert.equal(orderFate({ ...fresh, ...facts }), fate);
  });
