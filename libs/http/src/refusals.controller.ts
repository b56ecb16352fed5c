import { Controller, Get, Query } from '@nestjs/common';
import { type FieldError, REFUSAL_CODES } from '@entente/contracts';
import { RefusalLog } from '@entente/engine';
import { parseStream } from '@entente/kernel';
import { KINDS, unknownNames } from './names.js';
import { wholeNumber } from './parameters.js';
import { validationProblem } from './problem.js';

const CODES_LISTED = 'docs/reference/problem-codes.md lists them';
const FILTERS = ['organisation', 'stream', 'code'] as const;

/**
 * The errors in filters that can match no refusal: a stream of an unknown kind, or an unknown code.
 */
function wrongFilters({ stream, code }: Readonly<Record<string, unknown>>): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (typeof stream === 'string') {
    const parsed = parseStream(stream);
    if (parsed === null) errors.push({ path: 'stream', message: `must be <kind>/<id>; kinds: ${KINDS.join(', ')}` });
    else errors.push(...unknownNames('stream', [parsed.kind], KINDS));
  }
  if (typeof code === 'string') errors.push(...unknownNames('code', [code], REFUSAL_CODES, CODES_LISTED));
  return errors;
}

/** Refused commands, for the auditor: sender, command, reason, time. */
@Controller('v1/refusals')
export class RefusalsController {
  constructor(private readonly log: RefusalLog) {}

  /** The newest first; `next` is the `before` of the next page. */
  @Get()
  async list(@Query() query: Record<string, unknown>): Promise<unknown> {
    const { limit: givenLimit = '100', before: givenBefore, ...filters } = query;
    const errors: FieldError[] = [];
    const limit = wholeNumber(givenLimit, 1, 1000);
    if (limit === null) errors.push({ path: 'limit', message: 'must be 1 to 1000' });
    const before = givenBefore === undefined ? undefined : wholeNumber(givenBefore);
    if (before === null) errors.push({ path: 'before', message: 'must be the `next` of the page before' });
    for (const [path, value] of Object.entries(filters))
      if (!(FILTERS as readonly string[]).includes(path))
        errors.push({ path, message: `is no parameter here; parameters: limit, before, ${FILTERS.join(', ')}` });
      else if (typeof value !== 'string') errors.push({ path, message: 'must be given once' });
    errors.push(...wrongFilters(filters));
    if (errors.length > 0 || limit === null || before === null) throw validationProblem(errors);
    const { refusals, leftOut } = await this.log.list({
      limit,
      ...(before === undefined ? {} : { before }),
      ...(filters as { organisation?: string; stream?: string; code?: string }),
    });
    const next = refusals.length === limit ? String(refusals.at(-1)?.number) : null;
    return { refusals, leftOut, next };
  }
}
