import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unloggedOptions, unloggedSettings } from './unlogged-settings.ts';

describe('settings of which a binlog says nothing', () => {
  it('become options of the server that replays it', () => {
    const variables = new Map([
      ['old_mode', ''],
      ['group_concat_max_len', '1024'],
      ['datadir', '/var/lib/mysql/'],
    ]);
    assert.deepEqual(unloggedSettings(variables), { old_mode: '', group_concat_max_len: '1024' });
    assert.deepEqual(unloggedOptions(unloggedSettings(variables)), ['--old-mode=', '--group-concat-max-len=1024']);
  });

  it('are believed only as far as they make sense', () => {
    const strange = { old_mode: 'A --init-file=x', group_concat_max_len: '1\n', init_file: 'x', constructor: 'x', default_week_format: 3 };
    assert.deepEqual(unloggedOptions(strange), []);
    for (const recorded of [undefined, null, 'x', 3]) assert.deepEqual(unloggedOptions(recorded), []);
  });
});
