import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * How a file of reported obligations is read. Every name under `columns` and `key` is a column of
 * the file.
 */
export interface Mapping {
  /** The source's name, kept with every event. */
  readonly source: string;
  /** The sender: an organisation, its role, and the organisation it acts for. */
  readonly actor: string;
  readonly donor: string;
  readonly currency: string;
  /** How many minor units one unit of the file is: 100 for whole dollars. */
  readonly minorUnits: number;
  /** The day on which the source reported it. */
  readonly reportedOn: string;
  readonly columns: {
    readonly recipient: string;
    readonly fund: string;
    readonly period: string;
    readonly amount: string;
  };
  /** The columns that identify a row: command ids are made from them. */
  readonly key: readonly string[];
}

const TEXTS = ['source', 'actor', 'donor', 'currency', 'reportedOn'] as const;
const COLUMNS = ['recipient', 'fund', 'period', 'amount'] as const;

/** Reads a mapping. Fails with all its errors. */
export function readMapping(file: string): Mapping {
  const said = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const wrong: string[] = [];
  for (const name of TEXTS) if (typeof said[name] !== 'string' || said[name] === '') wrong.push(`${name}: takes text`);
  if (!Number.isSafeInteger(said['minorUnits']) || (said['minorUnits'] as number) < 1)
    wrong.push('minorUnits: takes a whole number from 1');
  if (typeof said['reportedOn'] === 'string' && !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(said['reportedOn']))
    wrong.push('reportedOn: takes a day (YYYY-MM-DD)');
  const columns = (said['columns'] ?? {}) as Record<string, unknown>;
  for (const name of COLUMNS)
    if (typeof columns[name] !== 'string') wrong.push(`columns.${name}: takes the name of a column`);
  const key: unknown = said['key'];
  if (!Array.isArray(key) || key.length === 0 || !key.every((name) => typeof name === 'string'))
    wrong.push('key: takes a list of columns');
  for (const name of Object.keys(said))
    if (![...TEXTS, 'minorUnits', 'columns', 'key', 'about'].includes(name))
      wrong.push(`${name}: is no field of a mapping`);
  if (wrong.length > 0) throw new Error(`${file} is not a mapping:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
  return said as unknown as Mapping;
}

/** A name as part of an id: lower-case ASCII, other signs as hyphens. */
export const slug = (name: string, most = 60): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, most)
    .replace(/-+$/, '');

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A row as commands, or why it cannot be mapped. */
export type Mapped =
  | { readonly type: 'refused'; readonly code: string; readonly why: string }
  | {
      readonly type: 'row';
      readonly recipient: string;
      readonly account: string;
      readonly commandId: string;
      readonly command: 'obligate' | 'deobligate';
      readonly body: Readonly<Record<string, unknown>>;
      readonly open: Readonly<Record<string, unknown>>;
    };

const refused = (code: string, why: string): Mapped => ({ type: 'refused', code, why });

/** The amount in minor units, from its text: no fraction is rounded. */
function minorUnitsOf(text: string, factor: number): bigint | null {
  const said = /^(-?)([0-9]{1,18})(?:\.([0-9]{1,6}))?$/.exec(text.trim());
  if (said === null) return null;
  const [, sign, whole = '0', fraction = ''] = said;
  const scaled = BigInt(whole + fraction) * BigInt(factor);
  const unit = 10n ** BigInt(fraction.length);
  if (scaled % unit !== 0n) return null;
  return sign === '-' ? -(scaled / unit) : scaled / unit;
}

/**
 * Maps a row: one account for each recipient and fund, one command for each row, with an id made of
 * the key columns only.
 */
export function mapRow(mapping: Mapping, row: Readonly<Record<string, string>>): Mapped {
  const at = (column: string): string => (row[column] ?? '').trim();
  const { source, donor, currency, columns } = mapping;
  const name = at(columns.recipient);
  const fund = at(columns.fund);
  const period = at(columns.period);
  const missing = Object.entries({ recipient: name, fund, period, amount: at(columns.amount) }).filter(
    ([, value]) => value === '',
  );
  if (missing.length > 0)
    return refused('field-missing', `${missing.map(([field]) => columns[field as 'fund']).join(', ')}: empty`);
  const recipient = slug(name);
  if (recipient === '') return refused('recipient-unreadable', `${name} has no letter or digit to make an id of`);
  const amount = minorUnitsOf(at(columns.amount), mapping.minorUnits);
  if (amount === null)
    return refused('amount-unreadable', `${columns.amount}: ${at(columns.amount)} is no amount in ${currency}`);
  const size = amount < 0n ? -amount : amount;
  if (size > BigInt(Number.MAX_SAFE_INTEGER))
    return refused('amount-beyond-range', `${columns.amount}: ${at(columns.amount)} is more than a row can hold`);
  const key = Object.fromEntries(mapping.key.map((column) => [column, at(column)]));
  return {
    type: 'row',
    recipient: name,
    account: `${donor}.${slug(name, 40)}.${slug(fund, 40)}.${digest(JSON.stringify([name, fund])).slice(0, 8)}`,
    commandId: `row-${digest(JSON.stringify([source, key])).slice(0, 40)}`,
    command: amount < 0n ? 'deobligate' : 'obligate',
    body: {
      amount: Number(size),
      period,
      reported: { source, key },
      ...(amount < 0n ? { reason: 'reported-by-source' } : {}),
    },
    open: { donor, recipient, fund, currency, stages: ['obligated'], basis: 'reported', onBudget: false },
  };
}
