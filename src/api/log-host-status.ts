import type { Static } from 'typebox';
import { time } from './formats.ts';
import { flag, integer, list, oneOf, optional, struct, text } from './schema.ts';

const Mark = struct('A GTID of the log.', {
  gtid: text('The GTID.'),
  time: integer('When it was committed, in seconds since 1970.'),
  state: text('GTID position after it.'),
});

/** What a host has archived, and what it is asked to do now. */
export const LogHostStatus = struct('What a host has archived of its log.', {
  target: text('Whose host it is, as NAMESPACE/KIND/NAME.'),
  host: text('Name of the host.'),
  role: optional(
    oneOf('What it said it is, when it was last asked; absent: it could not be asked, or is no host of the target any more.', [
      'Primary',
      'Replica',
    ]),
  ),
  timeline: optional(text('The series of logs that it archives.')),
  continues: optional(text('The chain, and its earliest link, from which that series goes on, as CHAIN.LINK.')),
  follows: optional(text('The series, and the GTID position, from which it goes on, as TIMELINE@POSITION.')),
  gtid: optional(text('GTID position up to which the log is archived.')),
  until: optional(time('Everything up to then, by the clock of the server, is archived.')),
  recent: optional(list('GTIDs of the log: the newest, and older ones ever further apart.', Mark)),
  ended: optional(
    struct('Why the series before it ended.', {
      reason: text('In a word.'),
      message: text('In words.'),
      time: time('When that was noticed.'),
      from: text('GTID position up to which that series goes; empty: none.'),
      to: text('GTID position at which the next one begins; empty: none.'),
    }),
  ),
  repositories: optional(
    list(
      'How far the log is in each Repository.',
      struct('A Repository.', {
        name: text('Its name, as NAMESPACE/NAME.'),
        archivedTo: optional(time('Until when the log is stored there.')),
        lastUpload: optional(time('When something of it was last stored there.')),
        error: optional(text('Why the newest is not stored there.')),
        errorCode: optional(text('The same, as a code.')),
      }),
    ),
  ),
  unrecorded: optional(
    list(
      'Snapshots that are not in the records yet.',
      struct('A snapshot.', {
        repository: text('As NAMESPACE/NAME.'),
        snapshotID: text('Its id.'),
        time: time('When it was stored.'),
        incomplete: optional(flag('Something could not be read when it was stored.')),
      }),
    ),
  ),
  asked: optional(text('The session by hand whose tick was the last such.')),
  orderID: optional(text('The order that it carries out now.')),
  startTime: optional(time('When that was given.')),
  using: optional(list('Repositories that it may use for that, as NAMESPACE/NAME.', text('A Repository.'))),
  error: optional(text('Why the log of this host could not be archived.')),
  errorCode: optional(text('The same, as a code.')),
});
export type LogHostStatus = Static<typeof LogHostStatus>;
