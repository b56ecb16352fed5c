import { currenciesWith } from '@entente/contracts';

const list = (digits: number | null): string =>
  currenciesWith(digits)
    .map((code) => `'${code}'`)
    .join(', ');

/**
 * A SQL expression for the exact amount in units of a currency. It is null if there is no currency,
 * or if the currency has no minor unit.
 */
export const inUnits = (amount: string, currency: string): string =>
  `${amount} * CASE WHEN ${currency} IS NULL OR ${currency} IN (${list(null)}) THEN NULL
    WHEN ${currency} IN (${list(0)}) THEN 1 WHEN ${currency} IN (${list(3)}) THEN 0.001
    WHEN ${currency} IN (${list(4)}) THEN 0.0001 ELSE 0.01 END`;
