import { ANNOTATIONS, LABELS } from '../../api/names.ts';
import type { AnyObject } from '../../api/object.ts';
import { isCode } from '../../errors/error.ts';
import { blueprintLabel } from '../../rules/blueprint/marks.ts';
import type { Store } from '../../store/store.ts';
import type { Section } from './layout.ts';

/** What was made after a blueprint, wherever it is; a blueprint itself does not know. */
export async function madeSection(store: Store, { metadata: { name } }: AnyObject): Promise<Section> {
  const title = 'Made';
  try {
    const labelled = await store.list('BackupConfiguration', { labels: { [LABELS.blueprint]: blueprintLabel(name) } });
    const made = labelled.filter(({ metadata }) => metadata.annotations?.[ANNOTATIONS.blueprint] === name);
    const rows = made.map(({ metadata, status, spec }) => [
      metadata.namespace ?? '',
      metadata.name,
      `${spec.target?.ref?.kind}/${spec.target?.ref?.name}`,
      status?.phase ?? '<none>',
      metadata.annotations?.[ANNOTATIONS.blueprintNotFollowed] ?? '',
    ]);
    return { title, table: { header: ['NAMESPACE', 'BACKUPCONFIGURATION', 'TARGET', 'PHASE', 'NOT FOLLOWED'], rows } };
  } catch (error) {
    if (!isCode(error, 'Forbidden')) throw error;
    return { title, lines: [`not shown: ${error.message}`] };
  }
}
