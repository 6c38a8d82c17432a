import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../../errors/error.ts';
import { type Summary, templateRoot } from '../summary.ts';
import { renderTemplate } from './render.ts';

const SUMMARY: Summary = {
  name: 'orders-full-1',
  namespace: 'demo',
  invoker: { apiGroup: 'stash.appscode.com', kind: 'BackupConfiguration', name: 'orders' },
  target: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'orders-db', namespace: 'demo' },
  status: { phase: 'Failed', duration: '2m', error: 'disk "a" is <full>' },
  retryLeft: 2,
};

const render = (template: string): string => renderTemplate(template, templateRoot(SUMMARY));

const RENDERED: [template: string, text: string][] = [
  ['no template } at { all ', 'no template } at { all '],
  ['{{ .Name }}/{{.Namespace}} {{ .Status.Phase }}', 'orders-full-1/demo Failed'],
  ['{{ .Invoker.Kind }} {{ .Target.APIVersion }} {{ .RetryLeft }}', 'BackupConfiguration apps/v1 2'],
  ['  {{ .Name }}\n', 'orders-full-1'],
  ['a {{- .Name -}} b', 'aorders-full-1b'],
  ['a {{/* nobody sees this }} */}}b', 'a b'],
  ['a {{- /* nor this */ -}} b', 'ab'],
  ['{{ "}}" }}{{ `a\\n` }}{{ "b\\n" }}', '}}a\\nb'],
  ['{{ if eq .Status.Phase `Succeeded` }}good{{ else }}bad: {{ .Status.Error }}{{ end }}', 'bad: disk "a" is <full>'],
  ['{{ if eq .Status.Phase "Succeeded" }}a{{ else if gt .RetryLeft 1 }}b{{ else }}c{{ end }}!', 'b!'],
  ['{{ if and (eq .Status.Phase "Failed") (not (empty .Status.Error)) }}x{{ end }}', 'x'],
  ['{{ if .Status.Error }}{{ if false }}1{{ else }}2{{ end }}{{ end }}', '2'],
  ['{{ with .Status }}{{ .Phase }} of {{ $.Name }}{{ end }}', 'Failed of orders-full-1'],
  ['{{ with $t := .Target }}{{ $t.Name }}{{ end }}', 'orders-db'],
  ['{{ $x := "a" }}{{ if true }}{{ $x = "b" }}{{ end }}{{ $x }}', 'b'],
  ['{{ $x := "a" }}{{ if true }}{{ $x := "b" }}{{ end }}{{ $x }}', 'a'],
  ['{{ .Status.Error | quote }}', '"disk \\"a\\" is <full>"'],
  ['{{ toJson .Status.Error }}', '"disk \\"a\\" is \\u003cfull\\u003e"'],
  ['{{ toRawJson .Status }}', '{"phase":"Failed","duration":"2m","error":"disk \\"a\\" is <full>"}'],
  ['{{ dict "b" 1 "a" (list true nil) | toJson }}', '{"a":[true,null],"b":1}'],
  ['{{ printf "%s has %d left, %q, %v, 100%%" .Name .RetryLeft "x" true }}', 'orders-full-1 has 2 left, "x", true, 100%'],
  ['{{ .Status.Phase | lower | title | printf "<%s>" }}', '<Failed>'],
  ['{{ default "none" "" }} {{ "x" | default "none" }} {{ ternary "y" "n" (eq 1 1) }} {{ coalesce "" "z" }}', 'none x y z'],
  ['{{ trunc 4 .Name }} {{ trunc -2 .Name }} {{ abbrev 9 .Name }} {{ .Name | replace "-" "$&" }}', 'orde -1 orders... orders$&full$&1'],
  ['{{ .Name | trimPrefix "orders-" | trimSuffix "-1" | upper }} {{ contains "full" .Name }}', 'FULL true'],
  ['{{ and nil true | toJson }} {{ or "" nil | toJson }} {{ and 1 2 }} {{ or 0 3 }}', 'null null 2 3'],
  ['{{ index (dict "a" (list 1 2)) "a" 1 }} {{ len "abc" }} {{ or "" "b" }} {{ join "," (list "a" 1) }}', '2 3 b a,1'],
  ['{{ "a b&c" | urlquery }} {{ "x" | b64enc }} {{ (dict "a" "b") | len }}', 'a+b%26c eA== 1'],
];

test('templates are filled in as Go and sprig would', () => {
  for (const [template, text] of RENDERED) assert.equal(render(template), text, template);
});

test('a message for a chat, as people write it in the body of a hook', () => {
  const body = render(`
    {{- $msg := dict "type" "mrkdwn" "text" (printf ":x: %s/%s failed: %s" .Namespace .Target.Name .Status.Error) -}}
    {
      "blocks": [{"type": "section", "text": {{ toJson $msg }}}]
    }
  `);
  assert.deepEqual(JSON.parse(body), {
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: ':x: demo/orders-db failed: disk "a" is <full>' } }],
  });
});

const REFUSED: [template: string, named: RegExp][] = [
  ['{{ .Status.Reason }}', /field "Reason" does not exist; here are Phase, Duration, Error/],
  ['{{ .name }}', /field "name" does not exist/],
  ['{{ env "PASSWORD" }}', /function "env" is not supported/],
  ['{{ now | date "2006" }}', /function "now" is not supported/],
  ['{{ range .Items }}{{ end }}', /"range" is not supported/],
  ['{{ template "x" }}', /"template" is not supported/],
  ['{{ .Status }}', /use "toJson"/],
  ['{{ dict "a" 1 }}', /use "toJson"/],
  ['{{ (dict "a" 1) | get "b" }}', /takes a dict/],
  ['{{ index (dict "a" 1) "b" }}', /a value is missing/],
  ['{{ $x }}', /"\$x" is not defined/],
  ['{{ if true }}', /"if" has no "end"/],
  ['{{ if true }}a{{ else }}b', /has no "end"/],
  ['{{ end }}', /"end" stands without/],
  ['a {{ .Name', /not closed with "}}"/],
  ['{{ .Name "x" }}', /no function is given arguments/],
  ['{{ "x" | .Name }}', /leads into a value/],
  ['{{ ("x" }}', /parenthesis is not closed/],
  ['{{ }}', /empty/],
  ['{{ printf "%5.2f" 1 }}', /printf's "%5" is not supported/],
  ['{{ printf "%s" }}', /too few/],
  ['{{ printf "a" 1 }}', /too many/],
  ['{{ eq .RetryLeft "2" }}', /"eq" compares/],
  ['{{ "\\x41" }}', /escape/],
  ['{{ repeat 99999999 "x" }}', /0 to 10000/],
  ["{{ 'a' }}", /is not understood/],
];

test('what is wrong or not supported is refused by name, never sent by halves', () => {
  for (const [template, named] of REFUSED) {
    assert.throws(
      () => render(template),
      (error) => isCode(error, 'Invalid') && named.test(error.message),
      template,
    );
  }
});

test('any text without braces stays as it is, and no template makes it fail in another way than Invalid', () => {
  fc.assert(fc.property(fc.string(), (text) => text.includes('{{') || render(text) === text));
  const piece = fc.constantFrom(
    '{{',
    '}}',
    ' ',
    '-',
    '.Name',
    '$x',
    ':=',
    '=',
    '|',
    '(',
    ')',
    '"a"',
    '`',
    'if',
    'else',
    'end',
    'with',
    'printf',
    'toJson',
    '1',
    '/*',
    '*/',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      try {
        render(`{{${pieces.join('')}`);
      } catch (error) {
        assert.ok(isCode(error, 'Invalid'), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
