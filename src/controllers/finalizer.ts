import type { KindMap, KindName } from '../api/kinds.ts';
import { FINALIZER } from '../api/names.ts';
import type { Context } from './context.ts';

/** Puts our finalizer on, before anything is done that its removal must undo. */
export async function ensureFinalizer<K extends KindName>(ctx: Pick<Context, 'store'>, kind: K, object: KindMap[K]): Promise<KindMap[K]> {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(FINALIZER)) return object;
  return ctx.store.replace(kind, { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, FINALIZER] } });
}

/** Takes it off: only after the cleanup succeeded. */
export async function removeFinalizer<K extends KindName>(ctx: Pick<Context, 'store'>, kind: K, object: KindMap[K]): Promise<void> {
  const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== FINALIZER);
  await ctx.store.replace(kind, { ...object, metadata: { ...object.metadata, finalizers } });
}
