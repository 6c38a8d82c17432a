import { posix } from 'node:path';
import type { Backend } from '../../api/backend.ts';
import { StashError } from '../../errors/error.ts';
import type { Place, Secret } from './secret.ts';

/** The server's key must be known beforehand (SFTP_KNOWN_HOSTS): who trusts the first one to answer gives the backups to anybody. */
export function sftp(spec: NonNullable<Backend['sftp']>, secret: Secret): Place {
  if (!posix.isAbsolute(spec.path)) throw new StashError('Invalid', `spec.backend.sftp.path: ${JSON.stringify(spec.path)} is not absolute`);
  if (/[@/\s]/.test(spec.host)) throw new StashError('Invalid', `spec.backend.sftp.host: ${JSON.stringify(spec.host)} is not a host name`);
  const host = spec.host.includes(':') ? `[${spec.host}]` : spec.host;
  const user = spec.user === undefined ? '' : `${encodeURIComponent(spec.user)}@`;
  return {
    // Two slashes: restic takes one for a path below the login directory.
    url: `sftp://${user}${host}:${spec.port ?? 22}/${spec.path}`,
    files: {
      SFTP_PRIVATE_KEY: withLineEnd(secret.required('SFTP_PRIVATE_KEY')),
      SFTP_KNOWN_HOSTS: withLineEnd(secret.required('SFTP_KNOWN_HOSTS')),
    },
    flags: ['-o', asOneValue(`sftp.args=${SSH_FLAGS}`)],
  };
}

// The outer quotes are for restic, the inner ones for ssh, which takes a space for the end of a file name.
const SSH_FLAGS = [
  '-i "{file:SFTP_PRIVATE_KEY}"',
  '-o \'UserKnownHostsFile="{file:SFTP_KNOWN_HOSTS}"\'',
  '-o GlobalKnownHostsFile=none',
  '-o StrictHostKeyChecking=yes',
  '-o IdentitiesOnly=yes',
  '-o BatchMode=yes',
  '-o ConnectTimeout=20',
  // restic may give ssh up before it has passed on what ssh said.
  '-E "{file:SSH_LOG}"',
].join(' ');

/** restic reads the value of `-o` as a line of CSV. */
function asOneValue(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** ssh refuses a key whose last line has no end, which is what is left of it in many a Secret. */
function withLineEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
