import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One of the machine's own package sources, as text to which another suite can be given. */
interface AptSource {
  uri: string;
  suites: string[];
  components: string[];
  signedBy: string | undefined;
}

/** All sources under /etc/apt, in both forms they are written in. */
export function machineSources(folder = '/etc/apt'): AptSource[] {
  const parts = join(folder, 'sources.list.d');
  const files = [join(folder, 'sources.list'), ...list(parts).map((name) => join(parts, name))];
  return files.flatMap((file) => {
    const text = read(file);
    return file.endsWith('.sources') ? parseStanzas(text) : file.endsWith('.list') ? parseLines(text) : [];
  });
}

/** The main source of Debian for a suite: the one this machine gets its own suite's `main` from. */
export function forSuite(sources: AptSource[], codename: string, suite: string): AptSource | undefined {
  const own = sources.find((source) => source.suites.includes(codename) && source.components.includes('main'));
  return own && { ...own, suites: [suite], components: ['main'] };
}

export function sourceText(source: AptSource): string {
  const signed = source.signedBy === undefined ? '' : `Signed-By: ${source.signedBy}\n`;
  return `Types: deb\nURIs: ${source.uri}\nSuites: ${source.suites.join(' ')}\nComponents: ${source.components.join(' ')}\n${signed}`;
}

export function parseStanzas(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.+)$`, 'mi').exec(stanza)?.[1]?.trim();
    const uri = field('URIs')?.split(/\s+/)[0];
    const types = field('Types')?.split(/\s+/) ?? [];
    if (uri === undefined || !types.includes('deb') || field('Enabled') === 'no') return [];
    return [{ uri, suites: words(field('Suites')), components: words(field('Components')), signedBy: field('Signed-By') }];
  });
}

export function parseLines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (match === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    return [{ uri, suites: [suite], components: words(components), signedBy: /signed-by=(\S+)/.exec(options)?.[1] }];
  });
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
