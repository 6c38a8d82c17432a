import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { isAtLeast } from '../../engine/restic/version.ts';
import { run } from '../../process/run.ts';
import { TOOLS, type Tool, type ToolName } from './catalogue.ts';

interface FoundTool {
  name: ToolName;
  path: string;
  /** Undefined for a tool that cannot tell. */
  version: string | undefined;
  source: 'environment' | 'tools' | 'PATH';
}

interface MissingTool {
  name: ToolName;
  /** What was looked for, and what was wrong with what was found. */
  missing: string;
  remedy: string;
}

interface ToolPlaces {
  /** The private tools folder, `.tools` in the repository. */
  toolsDir: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** Looks in the environment (STASH_RESTIC for restic and so on), in the tools folder, then in PATH and where servers live; checks versions. */
export async function findTool(name: ToolName, places: ToolPlaces = defaultPlaces()): Promise<FoundTool | MissingTool> {
  const tool: Tool = TOOLS[name];
  const unfit: string[] = [];
  for (const { path, source } of candidates(name, tool, places)) {
    const { version, problem } = await examine(path, tool, places.env);
    if (problem === undefined) return { name, path, version, source };
    unfit.push(`${path} ${problem}`);
  }
  const found = unfit.length === 0 ? `${name} was not found` : unfit.join('; ');
  return { name, missing: `${found} (needed for ${tool.usedFor})`, remedy: remedyFor(name, tool) };
}

export function isFound(tool: FoundTool | MissingTool): tool is FoundTool {
  return 'path' in tool;
}

export function defaultPlaces(): ToolPlaces {
  return { toolsDir: process.env.STASH_TOOLS_DIR ?? resolve(import.meta.dirname, '../../../.tools'), env: process.env };
}

/** Name of the environment variable that overrides where a tool is. */
function overrideName(name: ToolName): string {
  return `STASH_${name.toUpperCase().replaceAll('-', '_')}`;
}

function candidates(name: ToolName, tool: Tool, places: ToolPlaces): { path: string; source: FoundTool['source'] }[] {
  const override = places.env[overrideName(name)];
  if (override !== undefined && override !== '') return [{ path: override, source: 'environment' }];
  const inFolder = (folder: string, source: FoundTool['source']) =>
    tool.programs.map((program) => ({ path: join(folder, program), source })).filter(({ path }) => isExecutable(path));
  const folders = [...(places.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return [...inFolder(join(places.toolsDir, 'bin'), 'tools'), ...[...new Set(folders)].flatMap((folder) => inFolder(folder, 'PATH'))];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function examine(path: string, tool: Tool, env: ToolPlaces['env']): Promise<{ version?: string; problem?: string }> {
  if (tool.version === undefined) return isExecutable(path) ? {} : { problem: 'cannot be executed' };
  try {
    const ran = await run({
      command: path,
      args: tool.version.args,
      env: { PATH: env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent' },
      signal: AbortSignal.timeout(20_000),
    });
    const version = tool.version.pattern.exec(`${ran.stdoutTail}\n${ran.stderrTail}`)?.[1];
    if (version === undefined) return { problem: 'does not tell its version' };
    const { oldest } = tool.version;
    return oldest === undefined || isAtLeast(version, oldest)
      ? { version }
      : { problem: `is version ${version}, ${oldest} or newer is needed` };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function remedyFor(name: ToolName, tool: Tool): string {
  const ways = ['run "make tools" in the repository of Stash'];
  if (tool.package !== undefined) ways.push(`install the package ${tool.package}`);
  ways.push(`set ${overrideName(name)} to where it is`);
  return `${ways.join(', or ')}.`.replace(/^r/, 'R');
}
