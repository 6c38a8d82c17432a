import { METRICS } from '../../src/metrics/definitions/all.ts';
import type { Metric } from '../../src/metrics/metric.ts';

/** `docs/reference/metrics.md`: every metric, in the groups of its source. */
export function metricFiles(): [name: string, text: string][] {
  const groups = Object.entries(METRICS).map(([title, metrics]) => `## ${title}\n\n${HEAD}${metrics.map(row).join('\n')}\n`);
  return [['docs/reference/metrics.md', `${INTRODUCTION}${groups.join('\n')}`]];
}

function row({ name, legacy, type, labels, help }: Metric): string {
  const names = [name, ...(legacy === undefined ? [] : [legacy])].map((one) => `\`${one}\``).join('<br>');
  return `| ${names} | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help.replaceAll('|', '\\|')} |`;
}

const HEAD = '| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n';

const INTRODUCTION = `# Metrics
<!-- Made by "npm run generate" from src/metrics/definitions. Do not edit. -->

How to scrape and use them is in [monitoring](../monitoring.md). A second name is the older one of Stash, served only when asked for. What is
not known has no series, and a label that does not apply is left out; \`member\`, for instance, names the member of a batch whose own line it is.

`;
