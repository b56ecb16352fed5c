/** The US Greenbook as both scripts use it: its file, its totals, and comparisons with them. */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';

/** How it is mapped to commands. */
export const MAPPING = fileURLToPath(new URL('../../docs/how-to/imports/us-greenbook.mapping.json', import.meta.url));
/** The number of rows, of accounts in them, and all obligations in dollars. */
export const ROWS = 14_871;
export const ACCOUNTS = 1349;
const DOLLARS = '434333691779';

export const fail = (message) => {
  throw new Error(message);
};

/** Fails unless both are the same in JSON. */
export function same(what, is, expected) {
  if (JSON.stringify(is) !== JSON.stringify(expected))
    fail(`${what}: ${JSON.stringify(is)} where ${JSON.stringify(expected)} is right`);
  console.log(`${what}: ${JSON.stringify(is)}`);
}

/**
 * The statement that reads the current rows of money, past the query of the API. `select` runs one
 * and returns its rows; the name of the table has the version of the read model.
 */
export async function currentFunding(select, schema = '') {
  const [{ version, generation }] = await select(
    `SELECT version, generation FROM ${schema}models WHERE name = 'funding'`,
  );
  const table = `${schema}funding_v${version}_g${generation}`;
  return select(`SELECT recipient, fund, period, obligated FROM ${table} WHERE "until" IS NULL AND row_key <> ''`);
}

/** Its rows. */
export const rowsOf = (csv) => createReadStream(csv).pipe(parse({ columns: true, bom: true }));

/** Cents per recipient, account and year. */
export class Totals {
  #sums = new Map();

  add(recipient, fund, period, cents) {
    const key = JSON.stringify([recipient, fund, period]);
    this.#sums.set(key, (this.#sums.get(key) ?? 0n) + BigInt(cents));
  }

  /** Adds a row of the file. */
  addRow({ country, funding_account_name: fund, fiscal_year: period, obligations_historical_usd: dollars }) {
    this.add(country, fund, period, BigInt(dollars) * 100n);
  }

  /** Fails unless each total is the file's. */
  compare(what, file) {
    const keys = new Set([...this.#sums.keys(), ...file.#sums.keys()]);
    const wrong = [...keys].filter((key) => this.#sums.get(key) !== file.#sums.get(key));
    if (wrong.length > 0) fail(`${what}: ${wrong.length} totals differ, the first ${wrong[0]}`);
    console.log(`${what}: ${this.#sums.size} totals per recipient, account and year equal the file's`);
  }

  sum() {
    return [...this.#sums.values()].reduce((a, b) => a + b, 0n);
  }
}

/** Fails unless this is the sum of all obligations, in cents. */
export const sameSum = (what, cents) => same(`${what}, in USD`, String(cents / 100n), DOLLARS);
