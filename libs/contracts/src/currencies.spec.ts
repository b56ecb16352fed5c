import { describe, expect, it } from '@jest/globals';
import { isCurrency, minorUnitDigits } from './currencies.js';

/** Codes of Unicode's list that ISO 4217 never had. */
const NOT_ISO = ['CNX', 'KRH', 'KRO', 'MCF', 'MDC', 'MKN', 'YUR'];

describe('currencies', () => {
  it('have the minor unit of ISO 4217: none for the yen, three digits for the dinar', () => {
    const digits = (...codes: string[]) => codes.map(minorUnitDigits);
    expect(digits('USD', 'EUR', 'AFN', 'IQD')).toEqual([2, 2, 2, 3]);
    expect(digits('JPY', 'KRW', 'UGX', 'ITL', 'TRL')).toEqual([0, 0, 0, 0, 0]);
    expect(digits('KWD', 'TND', 'CLF')).toEqual([3, 3, 4]);
    expect(digits('XAU', 'XDR', 'XXX', 'QQQ', 'usd')).toEqual([null, null, null, null, null]);
  });

  it('include withdrawn codes, and each code that the runtime knows and the standard had', () => {
    for (const code of ['DEM', 'VED', 'VEF', 'SUR', 'YUM', 'BGN', 'ZWD'])
      expect([code, isCurrency(code)]).toEqual([code, true]);
    for (const code of ['XBT', 'usd', '', 'US', 'toString']) expect([code, isCurrency(code)]).toEqual([code, false]);
    const lacking = Intl.supportedValuesOf('currency').filter((code) => !isCurrency(code) && !NOT_ISO.includes(code));
    expect(lacking).toEqual([]);
  });
});
