import type { RepositoryAccess } from '../engine.ts';

const SECRET_NAME = /PASSWORD|SECRET|TOKEN|_KEY|KEY_ID|_SAS$/;
// Shorter ones would blacken every other word.
const SHORTEST = 4;

/** A function that replaces what is secret in this access, and credentials in URLs, by `***`. */
export function redactor(access: RepositoryAccess): (text: string) => string {
  const values = Object.entries(access.env)
    .filter(([name]) => SECRET_NAME.test(name))
    .map(([, value]) => value);
  const lines = Object.values(access.files).flatMap((content) => content.split('\n'));
  const secrets = [...values, ...lines.map((line) => line.trim()).filter((line) => line.length >= 16)]
    .filter((secret) => secret.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
  return (text) => {
    const blackened = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    // The signature of Azure's signed URLs, in whatever order and spelling the rest of it is.
    return blackened.replaceAll(/:\/\/[^/@\s"]*@/g, '://***@').replaceAll(/([?&]sig=)[^&\s"]+/g, '$1***');
  };
}
