export interface ContainerPlace {
  namespace: string;
  pod: string;
  container: string;
}

export function containerText({ namespace, pod, container }: ContainerPlace): string {
  return `container ${container} of pod ${namespace}/${pod}`;
}
