/**
 * Codes of ISO 4217, list one (current funds) with the funds' own codes, as of January 2026. They
 * have two decimal digits unless {@link OTHER_DIGITS} names another number.
 */
const CURRENT =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF ' +
  'CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD ' +
  'HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD ' +
  'MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN ' +
  'PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD ' +
  'TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XOF XPF YER ZAR ZMW ZWG';

/** Codes of ISO 4217, list three (withdrawn): reported history is in them. */
const HISTORIC =
  'ADP AFA ALK ANG AOK AON AOR ARA ARP ARY ATS AYM AZM BAD BEC BEF BEL BGJ BGK BGL BGN BOP BRB BRC BRE BRN BRR BUK ' +
  'BYB BYR CHC CSD CSJ CSK CUC CYP DDM DEM ECS ECV EEK ESA ESB ESP FIM FRF GEK GHC GHP GNE GNS GQE GRD GWE GWP HRD ' +
  'HRK IEP ILP ILR ISJ ITL LAJ LSM LTL LTT LUC LUF LUL LVL LVR MGF MLF MRO MTL MTP MVQ MXP MZE MZM NIC NLG PEH PEI ' +
  'PES PLZ PTE RHD ROK ROL RUR SDD SDP SIT SKK SLL SRG STD SUR TJR TMM TPE TRL UAK UGS UGW USS UYN UYP VEB VEF VNC ' +
  'XEU XFO XFU XRE YDD YUD YUM YUN ZAL ZMK ZRN ZRZ ZWC ZWD ZWL ZWN ZWR';

/** Metals, units of account and codes for tests: the standard gives them no minor unit. */
const WITHOUT_MINOR_UNIT = 'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX XFO XFU XRE';

/**
 * Numbers of decimal digits other than two. List three has no column for them: those of withdrawn
 * codes are the ones of list one when the code was on it.
 */
const OTHER_DIGITS: Readonly<Record<number, string>> = {
  0:
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ' +
    'ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const DIGITS: ReadonlyMap<string, number | null> = new Map<string, number | null>([
  ...`${CURRENT} ${HISTORIC}`.split(' ').map((code) => [code, 2] as const),
  ...Object.entries(OTHER_DIGITS).flatMap(([digits, codes]) =>
    codes.split(' ').map((code) => [code, Number(digits)] as const),
  ),
  ...WITHOUT_MINOR_UNIT.split(' ').map((code) => [code, null] as const),
]);

/** Whether ISO 4217 has the code, current or withdrawn. */
export const isCurrency = (code: string): boolean => DIGITS.has(code);

/**
 * How many decimal digits the minor unit of a currency has by ISO 4217: 2 for USD, 0 for JPY, 3 for
 * KWD. Null if it has none (gold), or the code is not known.
 */
export const minorUnitDigits = (code: string): number | null => DIGITS.get(code) ?? null;

/** The currencies whose minor unit has this number of decimal digits; null: that have none. */
export const currenciesWith = (digits: number | null): readonly string[] =>
  [...DIGITS].filter(([, of]) => of === digits).map(([code]) => code);

/** Every code of ISO 4217, current and withdrawn, with its {@link minorUnitDigits}. */
export const currencyDigits = (): Readonly<Record<string, number | null>> => Object.fromEntries(DIGITS);
