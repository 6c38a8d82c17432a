import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathIntoRepository } from './own-repository.ts';

const REPOSITORY = '/srv/backup/repo';

const refused: [name: string, paths: string[], exclude: string[], path: string][] = [
  ['the directory it is in', ['/etc', '/srv'], [], '/srv'],
  ['the repository itself', ['/srv/backup/repo/'], [], '/srv/backup/repo/'],
  ['a directory of the repository', ['/srv/backup/repo/data'], [], '/srv/backup/repo/data'],
  ['the whole machine', ['/'], [], '/'],
  ['a path that is written in a roundabout way', ['/srv//./x/../backup'], [], '/srv//./x/../backup'],
  ['the directory it is in, and leaves out something else', ['/srv'], ['/srv/backup/repo2', 'repo', '*.tmp'], '/srv'],
  ['the repository itself, and leaves it out: nothing would be left', ['/srv/backup/repo'], ['/srv/backup/repo'], '/srv/backup/repo'],
];
for (const [name, paths, exclude, path] of refused)
  test(`a repository is read by who reads ${name}`, () => assert.equal(pathIntoRepository(paths, exclude, REPOSITORY), path));

const accepted: [name: string, paths: string[], exclude: string[]][] = [
  ['reads elsewhere', ['/etc', '/srv/files'], []],
  ['reads a directory whose name only begins alike', ['/srv/backup/repository', '/srv/back'], []],
  ['leaves it out', ['/srv'], ['/srv/backup/repo']],
  ['leaves out a directory around it', ['/srv'], ['/srv/backup/']],
  ['leaves out all that is below', ['/'], ['/srv/backup/**']],
];
for (const [name, paths, exclude] of accepted)
  test(`a repository is not read by who ${name}`, () => assert.equal(pathIntoRepository(paths, exclude, REPOSITORY), undefined));
