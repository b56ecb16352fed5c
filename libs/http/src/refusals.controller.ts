import { Controller, Get, Query } from '@nestjs/common';
import type { FieldError } from '@entente/contracts';
import { RefusalLog } from '@entente/engine';
import { validationProblem } from './problem.js';

const FILTERS = ['organisation', 'stream', 'code'] as const;

/** Refused commands, for the auditor: who, what, why, when. */
@Controller('v1/refusals')
export class RefusalsController {
  constructor(private readonly log: RefusalLog) {}

  /** The newest first; `next` is the `before` of the next page. */
  @Get()
  async list(@Query() query: Record<string, unknown>): Promise<unknown> {
    const { limit = '100', before, ...filters } = query;
    const wrong: FieldError[] = [];
    if (typeof limit !== 'string' || !/^[0-9]{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > 1000)
      wrong.push({ path: 'limit', message: 'must be 1 to 1000' });
    if (before !== undefined && (typeof before !== 'string' || !/^[0-9]{1,15}$/.test(before)))
      wrong.push({ path: 'before', message: 'must be the `next` of the page before' });
    for (const [path, value] of Object.entries(filters))
      if (!(FILTERS as readonly string[]).includes(path))
        wrong.push({ path, message: `is no parameter here; parameters: limit, before, ${FILTERS.join(', ')}` });
      else if (typeof value !== 'string') wrong.push({ path, message: 'must be given once' });
    if (wrong.length > 0) throw validationProblem(wrong);
    const { refusals, leftOut } = await this.log.list({
      limit: Number(limit),
      ...(before === undefined ? {} : { before: Number(before) }),
      ...(filters as { organisation?: string; stream?: string; code?: string }),
    });
    const next = refusals.length === Number(limit) ? String(refusals.at(-1)?.number) : null;
    return { refusals, leftOut, next };
  }
}
