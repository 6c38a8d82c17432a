/**
 * The definitions as the chart has them. They are templates of the chart and not in Helm's `crds` folder, which an upgrade never touches;
 * so that removing the chart removes nobody's objects, each tells Helm to leave it where it is.
 */
export function chartFiles(crds: readonly [string, string][]): [string, string][] {
  return crds.map(([name, text]) => [`chart/files/${name}`, text.replace(/^metadata:\n {2}name: .*\n/m, (head) => `${head}${KEEP}`)]);
}

const KEEP = '  annotations:\n    helm.sh/resource-policy: keep\n';
