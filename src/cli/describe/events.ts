import type { AnyObject } from '../../api/object.ts';
import type { Store } from '../../store/store.ts';
import { age } from '../output/age.ts';
import type { View } from './conditions.ts';
import type { Section } from './layout.ts';

/** The events about an object, oldest first. */
export async function eventsSection(store: Store, object: AnyObject, { now }: View): Promise<Section> {
  const { kind, metadata } = object;
  const events = (await store.list('Event', metadata.namespace === undefined ? {} : { namespace: metadata.namespace }))
    .filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === metadata.name)
    // An object of the same name that was deleted before has events too.
    .filter(({ involvedObject }) => involvedObject.uid === undefined || involvedObject.uid === metadata.uid)
    .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''));
  return {
    title: 'Events',
    table: {
      header: ['LAST SEEN', 'TYPE', 'REASON', 'COUNT', 'MESSAGE'],
      rows: events.map((event) => [age(event.lastTimestamp, now), event.type, event.reason, String(event.count ?? 1), event.message]),
    },
  };
}
