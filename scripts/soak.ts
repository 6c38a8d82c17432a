import { type History, play } from '../src/platform/local/histories/play.ts';

// `soak.ts [MINUTES] [SEED]`: random histories of two replicating servers, each with another seed, until the time is over; the first that is
// not as it must be ends it with its seed. With a seed and 0 minutes that one history is played.
const [minutes = 60, first = Math.floor(Math.random() * 1e9)] = process.argv.slice(2).map(Number);
const LENGTH = 25;
const RESTORES = 6;
const until = performance.now() + minutes * 60_000;
const total = { histories: 0, steps: 0, equal: 0, refused: 0 };
for (let seed = first; ; seed++) {
  console.log(`history ${seed}`);
  count(await play(seed, LENGTH, RESTORES, console.log));
  if (performance.now() >= until) break;
}
const { histories, steps, equal, refused } = total;
console.log(`${histories} histories from seed ${first}: ${steps} steps, ${equal} restores equal to the source, ${refused} points refused`);

function count({ steps, verdicts }: History): void {
  total.histories += 1;
  total.steps += steps.length;
  for (const { outcome } of verdicts) total[outcome === 'Equal' ? 'equal' : 'refused'] += 1;
}
