import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between client and server, with its faults. */
export interface TcpProxy {
  port: number;
  /** Breaks all connections. */
  cut(): void;
  /** From now on refuses (or takes) new connections; existing ones are broken. */
  refuse(on: boolean): void;
  /** The connections there are now stay open, and nothing comes through them any more. */
  silence(): void;
  /** Connections taken so far. */
  taken(): number;
  close(): Promise<void>;
}

export async function tcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  let refusing = false;
  let taken = 0;
  const listener = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    taken += 1;
    const server = connect(target);
    const pair = { client, server };
    pairs.add(pair);
    const end = () => {
      client.destroy();
      server.destroy();
      pairs.delete(pair);
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.pipe(server);
    server.pipe(client);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = () => {
    for (const { client } of pairs) client.destroy();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    refuse(on) {
      refusing = on;
      if (on) cut();
    },
    silence() {
      for (const { client, server } of pairs) {
        client.unpipe(server);
        server.unpipe(client);
        client.resume();
        server.resume();
      }
    },
    taken: () => taken,
    async close() {
      cut();
      listener.close();
      await once(listener, 'close');
    },
  };
}
