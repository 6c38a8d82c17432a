import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forSuite, parseLines, parseStanzas, sourceText } from './apt-source.ts';

const STANZAS = `Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb-src
URIs: http://mirror.example/source
Suites: bookworm
Components: main

Types: deb
Enabled: no
URIs: http://mirror.example/off
Suites: bookworm
Components: main
`;

test('both forms of a source are read, disabled and source-only ones are not', () => {
  const source = { uri: 'http://mirror.example/debian', suites: ['bookworm', 'bookworm-updates'], components: ['main', 'contrib'] };
  assert.deepEqual(parseStanzas(STANZAS), [{ ...source, signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg' }]);
  const lines =
    '# deb http://no.example x main\ndeb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # why\ndeb-src http://a b c\n';
  assert.deepEqual(parseLines(lines), [{ ...source, suites: ['bookworm'], signedBy: '/k.gpg' }]);
});

test('another suite is asked of the mirror that the own one comes from', () => {
  const other = { uri: 'http://vendor.example', suites: ['stable'], components: ['main'], signedBy: undefined };
  const found = forSuite([other, ...parseStanzas(STANZAS)], 'bookworm', 'forky');
  assert.ok(found);
  assert.equal(
    sourceText(found),
    'Types: deb\nURIs: http://mirror.example/debian\nSuites: forky\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
  );
  assert.equal(forSuite([other], 'bookworm', 'forky'), undefined);
});
