/**
 * What Node is started with for one of the image's commands. In somebody else's pod every MB counts: an agent, whose work is done by other
 * programs, has 12 MB less by the first flag, and 7 more without the optimizing compilers, whose threads and buffers it would hold for
 * nothing.
 */
export function flagsOf(command: string): string[] {
  if (command === 'stash-agent') return ['--optimize-for-size', '--no-opt', '--no-maglev'];
  return command === 'stash-function' ? ['--optimize-for-size'] : [];
}
