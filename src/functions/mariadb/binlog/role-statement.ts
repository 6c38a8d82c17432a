/** Whether a statement makes, drops, gives or takes roles, by how it begins. One with SET STATEMENT before it counts when it names a role. */
export function mayMakeRole(statement: string): boolean {
  const text = withoutComments(statement);
  if (/^(CREATE(\s+OR\s+REPLACE)?|DROP)\s+ROLE\b/i.test(text) || /^SET\s+(DEFAULT\s+)?ROLE\b/i.test(text)) return true;
  // What is given ON something is a privilege.
  if (/^(GRANT|REVOKE)\b/i.test(text)) return !/\bON\b/i.test(text);
  return /^SET\s+STATEMENT\b/i.test(text) && /\brole\b/i.test(text);
}

/** Without the comments and blanks at its beginning; what is in an executable one is part of the statement. */
function withoutComments(statement: string): string {
  const found = /^(?:\s|--\s[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?!M?!)[\s\S]*?\*\/|\/\*M?!\d*)+/.exec(statement)?.[0] ?? '';
  return statement.slice(found.length);
}
