import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import type { Evidence } from '@entente/kernel';
import { compileOnce } from './compiled.js';
import { instant, nestedList, optional, sha256, text, withStoredPeriods } from './fields.js';
import { type Schema, schemaOf } from './schema.js';
import { ErrorList, type FieldError, checkStructure } from './structure.js';

export class EvidenceRef implements Evidence {
  @sha256('the SHA-256 digest of the file') readonly sha256!: string;
  @optional() @text('where its keeper finds it', 'archive/2026/17') readonly reference?: string;
}

/** The optional fields that every command has besides its own. */
export class CommandEnvelope {
  @optional() @instant('when it happened, if not now') readonly occurredAt?: string;
  @optional()
  @nestedList(() => EvidenceRef, 'files that another party keeps', 50)
  readonly evidence?: readonly EvidenceRef[];
  @optional() @text('the law or agreement that it rests on', '22 USC 2763') readonly legalBasis?: string;
}

compileOnce();

/** The order in which the rules of a field count: its type, then its length, then the rest. */
const RANKS: readonly RegExp[] = [/^is/, /length$/i, /^/];

/** The message of the first rule that a value breaks: those after it follow from it. */
function firstOf(constraints: Readonly<Record<string, string>>): string {
  const rankOf = (rule: string): number => RANKS.findIndex((rank) => rank.test(rule));
  const [first] = Object.entries(constraints).sort(([a], [b]) => rankOf(a) - rankOf(b));
  return first?.[1] ?? '';
}

/** Adds the errors of class-validator, one for each field, in the words of the API. */
function addErrors(found: readonly ValidationError[], parentPath: string, errors: ErrorList): void {
  for (const { property, constraints = {}, children, value } of found) {
    const path = parentPath === '' ? property : `${parentPath}.${property}`;
    if (value === undefined && Object.keys(constraints).length > 0) errors.add(path, `${property} is missing`);
    else if (Object.keys(constraints).length > 0) errors.add(path, firstOf(constraints));
    addErrors(children ?? [], path, errors);
  }
}

const schemas = new WeakMap<new () => object, Schema>();
function schemaFor(contract: new () => object): Schema {
  let schema = schemas.get(contract);
  if (schema === undefined) schemas.set(contract, (schema = schemaOf(contract)));
  return schema;
}

/**
 * Every field of a value that a contract's class does not accept, unknown fields too; none if the
 * value is valid. Names and sizes are checked before contents, and errors are bounded, so that no
 * body costs more than its length.
 */
export function fieldErrors(contract: new () => object, value: unknown): readonly FieldError[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return [{ path: '', message: 'the body must be a JSON object' }];
  const errors = new ErrorList();
  const instance = plainToInstance(contract, checkStructure(schemaFor(contract), value, '', errors) as object);
  addErrors(validateSync(instance), '', errors);
  return errors.list();
}

/**
 * A body as received, in parts: the command's own fields, the common ones, and all errors. Periods
 * are spelt as they are stored.
 */
export function readBody(
  contract: new () => object,
  body: unknown,
): { data: unknown; common: CommandEnvelope; errors: readonly FieldError[] } {
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    return { data: body, common: {}, errors: fieldErrors(contract, body) };
  const { occurredAt, evidence, legalBasis, ...sent } = body as Record<string, unknown>;
  const data = withStoredPeriods(schemaFor(contract), sent);
  const errors = fieldErrors(contract, data);
  if (occurredAt === undefined && evidence === undefined && legalBasis === undefined)
    return { data, common: {}, errors };
  const common = Object.fromEntries(
    Object.entries({ occurredAt, evidence, legalBasis }).filter(([, v]) => v !== undefined),
  );
  return { data, common, errors: [...errors, ...fieldErrors(CommandEnvelope, common)] };
}
