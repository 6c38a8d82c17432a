import { counter, gauge } from '../metric.ts';

/** Of the operator itself. Besides, there are the metrics of its process: `process_*` and `nodejs_*`. */
export const OPERATOR = {
  leader: gauge('stash_leader', [], 'Whether this operator leads: 1 or 0. While it does not, it serves nothing about objects.'),
  build: gauge('stash_build_info', ['version', 'node'], 'Which version runs; always 1.'),
  objects: gauge('stash_objects', ['kind'], 'Objects of each kind.'),
  collect: gauge('stash_collect_duration_seconds', [], 'Seconds that it took to read the objects for this scrape.'),
  queue: gauge('stash_queue_keys', ['controller', 'state'], 'Keys of each controller: waiting, running, delayed or failing.'),
  reconciles: counter(
    'stash_reconciles_total',
    ['controller', 'outcome'],
    'Reconciles by outcome: done, requeued, conflict, failed or terminal.',
  ),
  reconcileSeconds: counter('stash_reconcile_duration_seconds_total', ['controller'], 'Seconds that reconciles took.'),
} as const;
