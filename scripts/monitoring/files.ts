import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const FILES = join(import.meta.dirname, '../../chart/files');
export const ALERTS = join(FILES, 'alerts');
export const DASHBOARD = join(FILES, 'dashboards/stash.json');

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook_url: string };
}

/** The alert rules of the chart. */
export function rules(): Rule[] {
  const files = readdirSync(ALERTS).map((name) => parse(readFileSync(join(ALERTS, name), 'utf8')) as { groups: { rules: Rule[] }[] });
  return files.flatMap(({ groups }) => groups.flatMap((group) => group.rules));
}

interface Target {
  /** Of the panel. */
  title: string;
  /** With the namespaces that are chosen at first: all. */
  expr: string;
}

/** What the panels of the dashboard ask for. */
export function targets(): Target[] {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: { title: string; targets?: { expr: string }[] }[] };
  return panels.flatMap(({ title, targets: asked = [] }) =>
    asked.map(({ expr }) => ({ title, expr: expr.replaceAll('$namespace', '.*') })),
  );
}
