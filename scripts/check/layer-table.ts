/** What the files of one folder of `src` may import. Their own folder and the test files are always free. */
export interface Layer {
  /** Folders of `src`, or single files of them. */
  uses: readonly string[];
  /** The same, for `import type` alone. */
  knows?: readonly string[];
  /** Node's own modules; absent: all. */
  node?: readonly string[];
  /** Why the others are not there. */
  reason: string;
}

/** From the inside out: what is further down may know what is further up, never the other way round. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  errors: { uses: [], node: [], reason: 'everybody uses the errors, so they depend on nobody' },
  api: {
    uses: ['errors'],
    node: [],
    reason: 'the schemas are read by every part and by the generators; they must load without any of them',
  },
  secrets: { uses: [], node: [], reason: 'whoever writes text takes the secrets out of it, so this depends on nobody' },
  process: { uses: ['errors'], reason: 'running a program is a tool of the edges and knows nothing of backups' },
  rules: {
    uses: ['api', 'errors'],
    knows: ['engine/engine.ts', 'orders/order.ts', 'orders/report.ts'],
    node: ['node:crypto'],
    reason: 'rules are pure: what they need to know comes in as a parameter, and what they decide goes out as a value',
  },
  runtime: { uses: ['api', 'errors', 'secrets'], knows: ['store'], reason: 'queue, loop and clock serve any controller and know none' },
  store: {
    uses: ['api', 'errors'],
    knows: ['runtime/clock.ts', 'runtime/leader-election/lease.ts'],
    reason: 'a store keeps objects and never decides anything about them',
  },
  engine: {
    uses: ['errors', 'process', 'secrets'],
    knows: ['api'],
    reason: 'the engine moves data between a folder and a repository; who asked, and why, is not its business',
  },
  orders: {
    uses: ['errors', 'api/schema.ts', 'api/validation', 'api/most-marks.ts'],
    knows: ['engine/engine.ts', 'api'],
    reason: 'orders are the language between operator and agent, so they depend on neither',
  },
  hooks: {
    uses: ['api', 'errors'],
    knows: ['runtime/clock.ts'],
    reason: 'a hook is an action on its own; the session that calls it passes in what it needs',
  },
  functions: {
    uses: ['api', 'errors', 'process', 'rules'],
    knows: ['orders/order.ts', 'engine/engine.ts'],
    reason: 'a function also runs alone, in an image of its own, with no operator near it',
  },
  agent: {
    uses: ['api', 'errors', 'secrets', 'rules', 'process', 'orders', 'functions'],
    knows: ['engine', 'runtime'],
    reason: 'an agent runs in a pod without any rights: it knows orders, not the store and not the controllers',
  },
  controllers: {
    uses: [
      'api',
      'errors',
      'secrets',
      'rules',
      'runtime',
      'hooks',
      'orders',
      'engine/backends',
      'engine/restic/retain.ts',
      'engine/restic/user-args.ts',
    ],
    knows: ['store', 'engine'],
    node: ['node:crypto', 'node:path', 'node:util'],
    reason: 'the same controllers run on every platform: they act through the ports alone (store, orders, platform-port)',
  },
  metrics: {
    uses: ['api', 'errors', 'rules'],
    knows: ['runtime'],
    reason: 'metrics are read off the objects, so that no controller has to think of them',
  },
  platform: {
    uses: [
      'api',
      'errors',
      'process',
      'rules',
      'runtime',
      'store',
      'engine',
      'orders',
      'hooks',
      'functions',
      'agent',
      'controllers',
      'metrics',
    ],
    reason: 'a platform puts the parts together; the command line is above it',
  },
  cli: {
    uses: ['api', 'errors', 'rules', 'runtime', 'store', 'process', 'engine', 'platform', 'hooks'],
    knows: ['orders'],
    reason: 'the command line reads and writes objects like any other client; what happens then is the business of the operator',
  },
  main: {
    uses: [
      'api',
      'errors',
      'process',
      'rules',
      'runtime',
      'store',
      'engine',
      'orders',
      'hooks',
      'functions',
      'agent',
      'controllers',
      'platform',
      'cli',
    ],
    reason: 'programs begin here',
  },
};
