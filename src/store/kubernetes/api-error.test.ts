import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiError, isExpired } from './api-error.ts';

const status = (code: number, reason: string, message: string, details?: object) => ({ kind: 'Status', code, reason, message, details });
const RBAC = 'repositories.stash.appscode.com is forbidden: User "u" cannot list resource "repositories" in API group "stash.appscode.com"';

for (const { name, http, body, code, transient, remedy } of [
  { name: 'a missing object', http: 404, body: status(404, 'NotFound', 'x not found', { name: 'x' }), code: 'NotFound' },
  {
    name: 'a missing kind',
    http: 404,
    body: '404 page not found\n',
    code: 'StoreUnavailable',
    transient: true,
    remedy: /custom resource definitions/,
  },
  { name: 'a name that is taken', http: 409, body: status(409, 'AlreadyExists', 'x exists'), code: 'AlreadyExists' },
  { name: 'an older version', http: 409, body: status(409, 'Conflict', 'modified'), code: 'Conflict', transient: true },
  { name: 'a field that is wrong', http: 422, body: status(422, 'Invalid', 'spec.x: required'), code: 'Invalid' },
  { name: 'a body that is no object', http: 400, body: status(400, 'BadRequest', 'bad'), code: 'Invalid' },
  { name: 'a right that is missing', http: 403, body: status(403, 'Forbidden', RBAC), code: 'Forbidden', remedy: /Grant the verb/ },
  { name: 'a quota', http: 403, body: status(403, 'Forbidden', 'exceeded quota'), code: 'Forbidden', remedy: /message says/ },
  { name: 'a broken server', http: 500, body: status(500, 'InternalError', 'oops'), code: 'StoreUnavailable', transient: true },
  { name: 'a proxy without a server', http: 502, body: '<html>Bad Gateway</html>', code: 'StoreUnavailable', transient: true },
  { name: 'an empty answer', http: 503, body: '', code: 'StoreUnavailable', transient: true },
] as const) {
  test(`${name} is ${code}`, () => {
    const error = apiError('list repositories', http, body);
    assert.equal(error.code, code);
    assert.equal(error.transient, transient ?? false);
    assert.match(error.message, /^could not list repositories: ./);
    assert.match(error.remedy, remedy ?? /./);
    assert.ok(!isExpired(error));
  });
}

for (const body of [status(410, 'Expired', 'too old resource version'), status(410, 'Gone', 'gone'), status(500, 'Expired', 'odd')]) {
  test(`a version that is no more is known by ${body.code} ${body.reason}`, () => assert.ok(isExpired(apiError('watch x', 200, body))));
}
