import { join } from 'node:path';
import type { FunctionStep } from '../../orders/order.ts';
import { childEnvironment } from '../../platform/local/environment.ts';
import { functionConformance } from '../conformance.ts';
import { makeAccount } from './testing/backup-account.ts';
import { fetchedChain } from './testing/fetched-chain.ts';
import { localChain } from './testing/local-chain.ts';
import { startTestServer } from './testing/test-server.ts';

const stepOf = (name: string): FunctionStep => ({
  name,
  command: ['stash-function', name],
  env: {},
  params: {},
  source: 'Stage',
  fetch: 'Stage',
  checks: true,
});
const LOGIN = { username: 'contract', password: 'a-password-to-look-for' };
const RESTORE = { allowOverwrite: false, previousData: 'Keep' as const, stopCommand: [], startCommand: [] };

functionConformance('mariadb-physical (Full)', async () => {
  const server = await startTestServer();
  await makeAccount(server, LOGIN, 'RELOAD, PROCESS, BINLOG MONITOR');
  return {
    step: stepOf('mariadb-physical'),
    baseEnv: childEnvironment(process.env),
    good: async ({ stage }) => ({ operation: 'Full', alias: 'full', stage, connection: server.connection(LOGIN) }),
    bad: async ({ stage }) => ({
      operation: 'Full',
      alias: 'full',
      stage,
      connection: { ...server.connection(LOGIN), socket: join(server.directory, 'no.sock') },
    }),
    fillsStage: true,
    secrets: [LOGIN.password],
    close: () => server.dispose(),
  };
});

functionConformance('mariadb-physical (Incremental)', async () => {
  const server = await startTestServer({ options: ['log-bin'] });
  const chain = localChain(server, await makeAccount(server, LOGIN, 'RELOAD, PROCESS, BINLOG MONITOR'));
  const { position = {} } = await chain.full();
  const connection = server.connection(LOGIN);
  return {
    step: stepOf('mariadb-physical'),
    baseEnv: childEnvironment(process.env),
    good: async ({ stage }) => ({ operation: 'Incremental', alias: 'hourly', stage, connection, parentPosition: position }),
    bad: async ({ stage }) => ({
      operation: 'Incremental',
      alias: 'hourly',
      stage,
      connection: { ...connection, password: 'another' },
      parentPosition: position,
    }),
    fillsStage: true,
    secrets: [LOGIN.password],
    close: () => server.dispose(),
  };
});

functionConformance('mariadb-restore', async () => {
  const server = await startTestServer();
  const chain = await fetchedChain(server);
  const connection = server.connection(LOGIN);
  let count = 0;
  return {
    step: stepOf('mariadb-restore'),
    baseEnv: childEnvironment(process.env),
    good: async () => ({
      operation: 'Restore',
      source: chain.copy(),
      destination: join(server.directory, `restored-${++count}`),
      connection,
      restore: RESTORE,
    }),
    bad: async () => ({ operation: 'Restore', source: chain.copy(), connection, restore: RESTORE }),
    fillsStage: false,
    secrets: [LOGIN.password],
    close: () => server.dispose(),
  };
});
