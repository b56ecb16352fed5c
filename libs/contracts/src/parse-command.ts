import type { Actor, ReceivedCommand, StreamRef } from '@entente/kernel';
import type { CataloguedCommand } from './catalogue.js';
import { parseInstant } from './instants.js';
import { PATTERNS, errorUnless } from './sender.js';
import type { FieldError } from './structure.js';
import { readBody } from './validate.js';

/** What is said beside a command's body, as it came, whichever way: not yet known to be valid. */
export interface RawMetadata {
  readonly stream: StreamRef;
  /** Who sends it, or each part of that which is wrong. */
  readonly actor: Actor | readonly FieldError[];
  readonly commandId: string;
  /** If it is left out, the command's id stands in for it. */
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  readonly revision: string | undefined;
  readonly traceparent: string | undefined;
}

/** The names by which a sender knows what it said. */
export type MetadataNames = Readonly<
  Record<'stream' | 'commandId' | 'correlationId' | 'causationId' | 'revision', string>
>;

/** Every field beside the body that is wrong, by the name by which its sender knows it. */
export const wrongMetadata = (raw: RawMetadata, names: MetadataNames): readonly FieldError[] => [
  ...errorUnless(PATTERNS.token, names.commandId, raw.commandId),
  ...errorUnless(PATTERNS.streamId, names.stream, raw.stream.id),
  ...('organisation' in raw.actor ? [] : raw.actor),
  ...errorUnless(PATTERNS.revision, names.revision, raw.revision),
  ...errorUnless(PATTERNS.token, names.correlationId, raw.correlationId),
  ...errorUnless(PATTERNS.token, names.causationId, raw.causationId),
];

/**
 * Reads a command and what is said beside it, whichever way it came, or names every field that is
 * wrong.
 */
export function parseCommand(
  { type, body: fields }: CataloguedCommand,
  body: unknown,
  raw: RawMetadata,
  names: MetadataNames,
): ReceivedCommand | { readonly wrong: readonly FieldError[] } {
  const { own, beside, wrong } = readBody(fields, body);
  const all = [...wrong, ...wrongMetadata(raw, names)];
  if (all.length > 0 || !('organisation' in raw.actor)) return { wrong: all };
  const { stream, actor, commandId, correlationId, causationId, revision, traceparent } = raw;
  const inTrace = traceparent !== undefined && PATTERNS.traceparent.pattern.test(traceparent);
  return {
    stream,
    command: { type, data: own },
    metadata: {
      actor,
      commandId,
      correlationId: correlationId ?? commandId,
      causationId: causationId ?? null,
      // What is no trace is passed over.
      ...(inTrace ? { traceparent } : {}),
      // Kept in UTC, however it was written.
      occurredAt: beside.occurredAt === undefined ? null : parseInstant(beside.occurredAt),
      evidence: beside.evidence ?? [],
      legalBasis: beside.legalBasis ?? null,
    },
    ifMatch: revision === undefined ? null : Number(revision),
    body,
  };
}
