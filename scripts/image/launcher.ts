/**
 * The file by which a program of ours is called. The kernel starts Node by its first line, since there may be no shell. In the image of
 * somebody else nothing says where our programs are, and a pod cannot add to the PATH of an image: so this does. Certificates are those of
 * the image, where it has any, since somebody may have put his own there. `flags`: for Node; a first line holds one, the others are of V8
 * alone and set before our program is loaded.
 */
export function launcher(program: string, [flag, ...more]: readonly string[] = []): string {
  const later = more.map((one) => `require('node:v8').setFlagsFromString(${JSON.stringify(one)});\n`).join('');
  return `#!/stash/bin/node${flag === undefined ? '' : ` ${flag}`}
${later}const { existsSync } = require('node:fs');
const { env } = process;
if (!\`:\${env.PATH}:\`.includes(':/stash/bin:')) env.PATH = \`/stash/bin:\${env.PATH || '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'}\`;
if (!env.SSL_CERT_FILE && !env.SSL_CERT_DIR && !${JSON.stringify(CERTIFICATES)}.some(existsSync)) env.SSL_CERT_FILE = '/stash/etc/ca-certificates.crt';
import(${JSON.stringify(program)});
`;
}

/** Where Linux distributions keep them: the places that restic looks at. */
const CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
