/** A length of time in Go's notation; no days, as in Kubernetes. The pattern is what CRDs carry, so it says no more than RE2 can. */
export const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$';
