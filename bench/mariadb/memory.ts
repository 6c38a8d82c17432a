import { readdirSync, readFileSync } from 'node:fs';

/** MB. PSS counts what several processes share by their number. */
interface Memory {
  rss: number;
  pss: number;
}

/** Watches the server's agent of the Stash in `dataDirectory`, and the functions it runs, four times a second, until it is stopped. */
export function watchAgent(dataDirectory: string) {
  const most = { agent: none(), functions: none() };
  let last = none();
  const timer = setInterval(() => {
    const { agents, functions } = processesOf(dataDirectory);
    for (const one of agents) {
      last = memoryOf(one);
      raise(most.agent, last);
    }
    for (const one of functions) raise(most.functions, memoryOf(one));
  }, 250);
  return {
    most: () => most,
    last: () => last,
    runs: () => processesOf(dataDirectory).agents.length > 0,
    stop: () => clearInterval(timer),
  };
}

function none(): Memory {
  return { rss: 0, pss: 0 };
}

function raise(most: Memory, now: Memory): void {
  most.rss = Math.max(most.rss, now.rss);
  most.pss = Math.max(most.pss, now.pss);
}

function processesOf(dataDirectory: string): { agents: number[]; functions: number[] } {
  const found = { agents: [] as number[], functions: [] as number[] };
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const args = read(pid, 'cmdline').split('\0');
    if (args.includes(dataDirectory) && args.some((one) => one.startsWith('target/default/AppBinding/'))) found.agents.push(pid);
    else if (args.some((one) => one.endsWith('src/main/function.ts')) && read(pid, 'environ').includes(`${dataDirectory}/`))
      found.functions.push(pid);
  }
  return found;
}

function memoryOf(pid: number): Memory {
  const text = read(pid, 'smaps_rollup');
  const value = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1000;
  return { rss: value('Rss'), pss: value('Pss') };
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
