import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import type { Evidence } from '@entente/kernel';
import { compileOnce } from './compiled.js';
import { instant, nestedList, optional, sha256, text } from './fields.js';
import { type Schema, schemaOf } from './schema.js';
import { ErrorList, type FieldError, checkStructure } from './structure.js';

export class EvidenceRef implements Evidence {
  @sha256('the SHA-256 digest of the file') readonly sha256!: string;
  @optional() @text('where its keeper finds it', 'archive/2026/17') readonly reference?: string;
}

/** The optional fields that every command has beside its own. */
export class CommandEnvelope {
  @optional() @instant('when it happened, if not now') readonly occurredAt?: string;
  @optional()
  @nestedList(() => EvidenceRef, 'files that somebody keeps', 50)
  readonly evidence?: readonly EvidenceRef[];
  @optional() @text('the law or agreement that it rests on', '22 USC 2763') readonly legalBasis?: string;
}

compileOnce();

/** Adds the errors that class-validator found, in the words of the API. */
function addErrors(found: readonly ValidationError[], before: string, errors: ErrorList): void {
  for (const { property, constraints = {}, children, value } of found) {
    const path = before === '' ? property : `${before}.${property}`;
    if (value === undefined && Object.keys(constraints).length > 0) errors.add(path, `${property} is missing`);
    else for (const message of Object.values(constraints)) errors.add(path, message);
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
export function wrongFields(contract: new () => object, value: unknown): readonly FieldError[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return [{ path: '', message: 'the body must be a JSON object' }];
  const errors = new ErrorList();
  const instance = plainToInstance(contract, checkStructure(schemaFor(contract), value, '', errors) as object);
  addErrors(validateSync(instance), '', errors);
  return errors.list();
}

/**
 * A body as received, taken apart: the command's own fields, what stands beside them, and all that
 * is wrong at once.
 */
export function readBody(
  wire: new () => object,
  body: unknown,
): { own: unknown; beside: CommandEnvelope; wrong: readonly FieldError[] } {
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    return { own: body, beside: {}, wrong: wrongFields(wire, body) };
  const { occurredAt, evidence, legalBasis, ...own } = body as Record<string, unknown>;
  const wrong = wrongFields(wire, own);
  if (occurredAt === undefined && evidence === undefined && legalBasis === undefined) return { own, beside: {}, wrong };
  const beside = Object.fromEntries(
    Object.entries({ occurredAt, evidence, legalBasis }).filter(([, v]) => v !== undefined),
  );
  return { own, beside, wrong: [...wrong, ...wrongFields(CommandEnvelope, beside)] };
}
