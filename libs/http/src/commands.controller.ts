import { isDeepStrictEqual } from 'node:util';
import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  CATALOGUE,
  type FieldError,
  exampleScenario,
  commandAt,
  parseCommand,
  type MetadataNames,
  type RawMetadata,
  schemaOf,
} from '@entente/contracts';
import { Consequences, EventStore, Executor, type CommandResult, ExecuteCommand, receiptOut } from '@entente/engine';
import { type Actor, parseStream } from '@entente/kernel';
import { readActor } from './actor-header.js';
import { revisionCondition } from './entity-tags.js';
import { flagOf, unknownParameters } from './parameters.js';
import { Problem, problemOf, refuseUnknown, validationProblem } from './problem.js';
import type { HttpReply } from './http-reply.js';

const actorFrom = (header: string | undefined): Actor => {
  const actor = readActor(header);
  if (Array.isArray(actor)) throw validationProblem(actor as FieldError[]);
  return actor as Actor;
};

/** Receives commands: one route shape for all of them, from the catalogue. */
@Controller('v1')
export class CommandsController {
  constructor(
    private readonly bus: CommandBus,
    private readonly executor: Executor,
    private readonly log: EventStore,
    private readonly consequences: Consequences,
  ) {}

  /** Every command with its schema and an example: a body, the stream's id and the sender. */
  @Get('catalogue')
  catalogue(@Query() query: Record<string, unknown>): unknown {
    refuseUnknown(query, []);
    const scenario = exampleScenario(new Date().toISOString().slice(0, 10));
    return CATALOGUE.map(({ kind, about, commands, events }) => ({
      kind,
      about,
      commands: Object.entries(commands).map(([type, { path, summary, by, body, example }]) => {
        const steps = scenario.filter((step) => step.kind === kind && step.path === path);
        // The stream for which the unchanged example is meant, if the scenario has one.
        const step = steps.find((one) => isDeepStrictEqual(one.body, example)) ?? steps[0];
        const route = `POST /v1/${kind}/{id}/${path}`;
        return {
          type,
          route,
          summary,
          by,
          body: schemaOf(body),
          example,
          exampleId: step?.id,
          exampleActor: step?.actor,
        };
      }),
      events: Object.entries(events).map(([type, { version, summary, data }]) => ({
        type,
        version,
        summary,
        data: schemaOf(data),
      })),
    }));
  }

  /**
   * The receipt of an earlier command of the same organisation, with what follows from it by
   * policies, and whether that is recorded yet.
   */
  @Get('commands/:commandId')
  async receipt(
    @Param('commandId') commandId: string,
    @Query() query: Record<string, unknown>,
    @Headers('entente-actor') header: string | undefined,
  ): Promise<unknown> {
    refuseUnknown(query, ['stream']);
    const { stream } = query;
    const ref = typeof stream === 'string' ? parseStream(stream) : null;
    if (ref === null) throw validationProblem([{ path: 'stream', message: 'must name a stream as <kind>/<id>' }]);
    const receipt = await this.executor.receipt(actorFrom(header), ref, commandId);
    if (receipt === null)
      throw new Problem(404, 'no-such-receipt', 'this organisation has sent no such command to this stream');
    return { ...receiptOut(this.log, receipt), consequences: await this.consequences.of(receipt) };
  }

  @Post(':kind/:id/:command')
  async submit(
    @Param() { kind, id, command }: { kind: string; id: string; command: string },
    @Body() body: unknown,
    @Query() query: Record<string, unknown>,
    @Headers() headers: Record<string, string | undefined>,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<unknown> {
    const contract = commandAt(kind, command);
    if (contract === undefined)
      throw new Problem(
        404,
        'no-such-command',
        `there is no command "${command}" on "${kind}"; GET /v1/catalogue lists them`,
      );
    const correlationId = headers['correlation-id'] ?? randomUUID();
    const revision = revisionCondition(headers['if-match'], headers['if-none-match']);
    const noneIsWrong = revision === 'invalid' && headers['if-none-match'] !== undefined;
    const raw: RawMetadata = {
      stream: { kind, id },
      actor: readActor(headers['entente-actor']),
      commandId: unquoted(headers['idempotency-key']) ?? randomUUID(),
      correlationId,
      causationId: headers['causation-id'],
      revision: noneIsWrong ? null : revision,
      traceparent: headers['traceparent'],
    };
    const received = parseCommand(contract, body, raw, HTTP_NAMES);
    const dryRun = flagOf(query['dry-run']);
    const wrong: FieldError[] = [...unknownParameters(query, ['dry-run'])];
    if (noneIsWrong) wrong.push({ path: 'if-none-match', message: 'must be *, without If-Match' });
    if (dryRun === null) wrong.push({ path: 'dry-run', message: 'takes no value, or true or false' });
    if ('errors' in received) throw validationProblem([...wrong, ...received.errors]);
    if (wrong.length > 0 || dryRun === null) throw validationProblem(wrong);
    const now = new Date().toISOString();
    const outcome = await this.bus.execute<ExecuteCommand, CommandResult>(new ExecuteCommand(received, now, dryRun));
    if (outcome.type === 'dry-run') {
      reply.status(200);
      const { revision, events, repeated } = outcome;
      return { revision, events: events.map(({ type, data }) => ({ type, data })), repeated };
    }
    if (outcome.type !== 'accepted') throw problemOf(outcome);
    if (outcome.repeated) reply.header('idempotency-replayed', 'true');
    reply.status(201).header('etag', `"${outcome.receipt.revision}"`);
    return receiptOut(this.log, outcome.receipt);
  }
}

/** The value of a header: its raw text, or the text of a structured string (RFC 9651). */
const unquoted = (header: string | undefined): string | undefined => /^"(.*)"$/.exec(header ?? '')?.[1] ?? header;

/** The names of the metadata over HTTP. */
export const HTTP_NAMES: MetadataNames = {
  stream: 'id',
  commandId: 'idempotency-key',
  correlationId: 'correlation-id',
  causationId: 'causation-id',
  revision: 'if-match',
};
