import { keyText, type ObjectKey } from '../../api/object.ts';

/**
 * Who may use a repository: sessions share it, maintenance has it alone. Lives in the operator that holds the lease; at its start it is
 * filled again from status (running sessions, running maintenance) before any controller works. Asking again for what one has is granted.
 */
export interface Gates {
  /** False while maintenance has it, or waits for it: newcomers must not starve it. */
  tryShare(repository: ObjectKey, who: string): boolean;
  /** False while somebody shares it; from then on newcomers are held back. */
  tryExclusive(repository: ObjectKey, who: string): boolean;
  /** Gives back whatever `who` holds or waits for, in every repository. */
  release(who: string): void;
  /** Who is in the way of maintenance. */
  sharers(repository: ObjectKey): string[];
}

interface Gate {
  shared: Set<string>;
  exclusive?: string | undefined;
  waiting?: string | undefined;
}

/** `freed` is called with each repository whose gate changed for the better. */
export function createGates(freed: (repository: ObjectKey) => void): Gates {
  const gates = new Map<string, Gate & { repository: ObjectKey }>();
  const gateOf = (repository: ObjectKey) => {
    const key = keyText(repository);
    let gate = gates.get(key);
    if (gate === undefined) {
      gate = { shared: new Set(), repository: { namespace: repository.namespace, name: repository.name } };
      gates.set(key, gate);
    }
    return gate;
  };
  return {
    tryShare: (repository, who) => {
      const gate = gateOf(repository);
      if (gate.shared.has(who)) return true;
      if (gate.exclusive !== undefined || gate.waiting !== undefined) return false;
      gate.shared.add(who);
      return true;
    },
    tryExclusive: (repository, who) => {
      const gate = gateOf(repository);
      if (gate.exclusive === who) return true;
      if (gate.exclusive !== undefined || gate.shared.size > 0) {
        gate.waiting ??= who;
        return false;
      }
      gate.exclusive = who;
      gate.waiting = undefined;
      return true;
    },
    release: (who) => {
      for (const [key, gate] of gates) {
        const held = gate.shared.delete(who) || gate.exclusive === who || gate.waiting === who;
        if (!held) continue;
        if (gate.exclusive === who) gate.exclusive = undefined;
        if (gate.waiting === who) gate.waiting = undefined;
        if (gate.shared.size === 0 && gate.exclusive === undefined && gate.waiting === undefined) gates.delete(key);
        freed(gate.repository);
      }
    },
    sharers: (repository) => [...(gates.get(keyText(repository))?.shared ?? [])],
  };
}
