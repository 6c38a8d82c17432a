/**
 * What Node is started with for an agent. It waits most of the time, and other programs do its work: it has 12 MB less by the first flag, and
 * 7 more without the optimizing compilers, whose threads and buffers it would hold for nothing.
 */
export const AGENT_FLAGS: readonly string[] = ['--optimize-for-size', '--no-opt', '--no-maglev'];
