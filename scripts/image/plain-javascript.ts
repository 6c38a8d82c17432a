import { stripTypeScriptTypes } from 'node:module';

/**
 * The same program without its types, which Node would otherwise take out at each start: that costs an agent half a second and 30 MB.
 * Lines and columns stay where they are. Paths of our own files that are written in the text follow their new names.
 */
export function plainJavaScript(text: string): string {
  return stripTypeScriptTypes(text, { mode: 'strip' }).replace(/'(\.{1,2}\/[^'\n]+)\.ts'/g, "'$1.js'");
}

/** The name of the file that holds it then. */
export function javaScriptName(file: string): string {
  return file.replace(/\.ts$/, '.js');
}
