import { type History, play } from '../src/platform/local/histories/play.ts';

// `soak.ts [MINUTES] [SEED]`: random histories of two replicating servers, each with another seed, until the time is over. One that is not as
// it must be says so with its seed, and the others go on. With a seed and 0 minutes that one history is played.
const [minutes = 60, first = Math.floor(Math.random() * 1e9)] = process.argv.slice(2).map(Number);
const LENGTH = 25;
const RESTORES = 6;
const began = performance.now();
const total = { histories: 0, steps: 0, equal: 0, refused: 0 };
const wrong: number[] = [];
for (let seed = first; ; seed++) {
  console.log(`history ${seed}`);
  try {
    count(await play(seed, LENGTH, RESTORES, console.log));
  } catch (error) {
    console.error(error);
    wrong.push(seed);
  }
  if (minutesSince() >= minutes) break;
}
const { histories, steps, equal, refused } = total;
console.log(
  `${histories} histories from seed ${first} in ${minutesSince().toFixed(0)} minutes: ${steps} steps, ${equal} restores equal to the source, ${refused} points refused`,
);
if (wrong.length > 0) {
  console.log(`${wrong.length} more are not as they must be; each alone: make soak T='0 SEED' with seed ${wrong.join(', ')}`);
  process.exitCode = 1;
}

function count({ steps, verdicts }: History): void {
  total.histories += 1;
  total.steps += steps.length;
  for (const { outcome } of verdicts) total[outcome === 'Equal' ? 'equal' : 'refused'] += 1;
}

function minutesSince(): number {
  return (performance.now() - began) / 60_000;
}
