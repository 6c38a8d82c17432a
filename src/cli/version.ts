import manifest from '../../package.json' with { type: 'json' };

const VERSION: string = manifest.version;

/** What `stash version` and `stash --version` print. */
export function versionText(): string {
  return `stash ${VERSION} (Node ${process.versions.node})`;
}
