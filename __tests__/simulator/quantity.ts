const FACTORS: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A Kubernetes quantity in whole units: `500m` is 0.5, `64Mi` is 67108864. Zero for what is none. */
export function parseQuantity(text: string | undefined): number {
  const [, number, suffix] = /^([0-9.]+)([a-zA-Z]*)$/.exec(text ?? '') ?? [];
  return Number(number ?? 0) * (FACTORS[suffix ?? ''] ?? 0);
}

/** The canonical text of a quantity: thousandths as `m`, bytes by the largest binary unit that leaves no rest. */
export function formatQuantity(value: number, binary: boolean): string {
  if (binary) {
    const unit = ['Ti', 'Gi', 'Mi', 'Ki'].find((suffix) => value > 0 && value % (FACTORS[suffix] ?? 1) === 0);
    return unit === undefined ? String(value) : `${value / (FACTORS[unit] ?? 1)}${unit}`;
  }
  const thousandths = Math.round(value * 1000);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}
