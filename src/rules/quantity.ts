/** How much a Kubernetes quantity is ("1500m" is 1.5, "1Ki" is 1024); NaN where it is none. */
export function amountOf(quantity: string | number): number {
  const { number = '', suffix = '' } = QUANTITY.exec(String(quantity))?.groups ?? {};
  const factor = FACTORS[suffix];
  return number === '' || factor === undefined ? Number.NaN : Number(number) * factor;
}

const QUANTITY = /^(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?<suffix>[a-zA-Z]*)$/;

const FACTORS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};
