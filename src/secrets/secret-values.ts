/**
 * The secret ones of named values: environment, files, parameters. By their names, since nothing else tells a password from a region,
 * and hiding what is none would make a log unreadable. Of a URL that logs in, its password. Of a JSON file of keys, also what is in it.
 */
export function secretValues(named: Readonly<Record<string, string>>): string[] {
  return Object.entries(named).flatMap(([name, value]) => (isSecretName(name) ? [value, ...insideJson(value)] : passwordInUrl(value)));
}

/** Of what a repository is opened with (see RepositoryAccess). */
export function accessSecrets({ env, files }: { env: Record<string, string>; files: Record<string, string> }): string[] {
  return [...secretValues(env), ...secretValues(files)];
}

// AZURE_ACCOUNT_SAS, ST_KEY, MYSQL_PWD, OS_AUTH_TOKEN, GOOGLE_APPLICATION_CREDENTIALS and the like.
const SECRET = /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|KEY|(?:^|_)(?:PASS|PWD|SAS|SIG|SIGNATURE|AUTH|AUTHORIZATION)(?:_|$)/;
// What is said about a secret, or leads to it: AWS_ACCESS_KEY_ID, OS_AUTH_URL. Not KEY_FILE: the files of an access are given by content.
const ABOUT = /_(?:ID|URL|URI|NAME|TYPE|METHOD|PATH|DIR|HOST|PORT|USER|USERNAME|ALGORITHMS?|FIELD|COLUMN|LENGTH|BITS)$|^ST_AUTH$/;

/** `name` is one of an environment (`DB_PASSWORD`) or of a parameter (`dbPassword`, `db-password`). */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_');
  return SECRET.test(words) && !ABOUT.test(words);
}

/** Proxies are given with the password in the URL. */
function passwordInUrl(value: string): string[] {
  if (!value.includes('@') || !URL.canParse(value)) return [];
  const { password } = new URL(value);
  return password === '' ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The private key in a service account is one line of JSON, and many lines where a tool prints it. */
function insideJson(value: string): string[] {
  if (!value.trimStart().startsWith('{')) return [];
  try {
    const fields = Object.entries(JSON.parse(value) as object);
    return fields.flatMap(([name, field]) => (typeof field === 'string' && isSecretName(name) ? [field] : []));
  } catch {
    return [];
  }
}
