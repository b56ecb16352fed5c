import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import type { Evidence } from '@entente/kernel';
import { compileOnce } from './compiled.js';
import { instant, nestedList, optional, sha256, text } from './fields.js';

/** A field that is not as it must be: its path and what it takes. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

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

const MAX_DEPTH = 12;

/**
 * Whether a value nests deeper than any wire class does; told without recursion, so that no depth
 * can break it.
 */
function tooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((v) => (v !== null && typeof v === 'object' ? (Object.values(v) as unknown[]) : []));
  }
  return false;
}

const fieldErrors = (errors: readonly ValidationError[], before: string): FieldError[] =>
  errors.flatMap(({ property, constraints = {}, children, value }) => {
    const path = before === '' ? property : `${before}.${property}`;
    if ('whitelistValidation' in constraints) return [{ path, message: 'there is no such field' }];
    if (value === undefined && Object.keys(constraints).length > 0)
      return [{ path, message: `${property} is missing` }];
    const own = Object.values(constraints).map((message) => ({ path, message }));
    return [...own, ...fieldErrors(children ?? [], path)];
  });

/**
 * Every field of a value that a wire class does not accept, unknown ones too; none where it is
 * right.
 */
export function wrongFields(wire: new () => object, value: unknown): readonly FieldError[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return [{ path: '', message: 'the body must be a JSON object' }];
  if (tooDeep(value)) return [{ path: '', message: `the body must not nest deeper than ${MAX_DEPTH} levels` }];
  const instance = plainToInstance(wire, value);
  return fieldErrors(validateSync(instance, { whitelist: true, forbidNonWhitelisted: true }), '');
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
