import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from './address.ts';

const READ: [text: string, address: ReturnType<typeof parseAddress>][] = [
  ['tcp(127.0.0.1:3307)/', { host: '127.0.0.1', port: 3307 }],
  ['user:p@ss@tcp(db.shop:3306)/orders?x=1', undefined],
  ['user@tcp(db.shop)/orders', { host: 'db.shop', port: 3306 }],
  ['tcp([::1]:3307)/', { host: '::1', port: 3307 }],
  ['tcp([::1])/', { host: '::1', port: 3306 }],
  ['unix(/run/mysqld/mysqld.sock)/', { socket: '/run/mysqld/mysqld.sock' }],
  ['unix:///run/mysqld/mysqld.sock', { socket: '/run/mysqld/mysqld.sock' }],
  ['mysql://db.shop.svc:3306/', { host: 'db.shop.svc', port: 3306 }],
  ['mysql://u:p@db.shop.svc', { host: 'db.shop.svc', port: 3306 }],
  ['mysql://[::1]:3306', { host: '::1', port: 3306 }],
  ['', undefined],
  ['db.shop', undefined],
  ['tcp(a:b:c)/', undefined],
];

for (const [text, address] of READ)
  test(`"${text}" is ${JSON.stringify(address)}`, () => {
    assert.deepEqual(parseAddress(text), address);
  });
