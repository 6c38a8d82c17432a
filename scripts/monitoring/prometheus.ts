import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../src/process/free-port.ts';

export interface Series {
  metric: Record<string, string>;
  value: number;
}

interface Prometheus {
  /** The series of an instant query now; rejects with what is wrong with it. */
  query(expr: string): Promise<Series[]>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/** A real Prometheus that scrapes this address each second, as job `stash`, with these rules; its data is in `dir`. */
export async function startPrometheus(
  program: string,
  { dir, target, rules }: { dir: string; target: string; rules: string },
): Promise<Prometheus> {
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [{ job_name: 'stash', honor_labels: true, static_configs: [{ targets: [target] }] }],
  };
  // JSON is YAML.
  writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(config));
  // It does not tell which port it got.
  const address = `127.0.0.1:${await freePort()}`;
  const args = [`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/tsdb`, `--web.listen-address=${address}`];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = once(child, 'exit');
  const last = Date.now() + PATIENCE_MS;
  while (
    !(await fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || Date.now() > last) throw new Error(`prometheus is not ready:\n${log}`);
    await delay(50);
  }
  return {
    query: async (expr) => {
      const response = await fetch(`http://${address}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) });
      const answer = (await response.json()) as Answer;
      if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
      const { resultType, result } = answer.data;
      if (resultType !== 'vector') throw new Error(`${expr} gives a ${resultType}`);
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

type Answer =
  | { status: 'error'; error: string }
  | { status: 'success'; data: { resultType: string; result: { metric: Record<string, string>; value: [number, string] }[] } };
