/**
 * Global variables of which a binlog says nothing, though what its statements mean and make depends on their values: a table with the
 * character set utf8 has four bytes a character or three by old_mode, for instance.
 */
const UNLOGGED: Readonly<Record<string, RegExp>> = {
  old_mode: /^[A-Z0-9_,]{0,400}$/,
  group_concat_max_len: /^\d{1,20}$/,
  max_recursive_iterations: /^\d{1,20}$/,
  div_precision_increment: /^\d{1,2}$/,
  default_week_format: /^[0-7]$/,
};

/** As the server has them; those that it does not know are left out. */
export function unloggedSettings(variables: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(UNLOGGED).flatMap((name) => {
      const value = variables.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Of what a chain records, as options of mariadbd; nothing else gets through: it comes from whoever could write to the repository. */
export function unloggedOptions(recorded: unknown): string[] {
  if (typeof recorded !== 'object' || recorded === null) return [];
  return Object.entries(recorded).flatMap(([name, value]) => {
    const allowed = Object.hasOwn(UNLOGGED, name) ? UNLOGGED[name] : undefined;
    return typeof value === 'string' && allowed?.test(value) ? [`--${name.replaceAll('_', '-')}=${value}`] : [];
  });
}
