import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

/** The event with file names as people know them. */
export function withRelativeNames(root: string, event: TestEvent): TestEvent {
  const data = { ...event.data } as { file?: string | undefined; name?: string };
  if (data.name !== undefined && data.name === data.file) data.name = relative(root, data.name);
  if (data.file !== undefined) data.file = relative(root, data.file);
  return { ...event, data } as TestEvent;
}
