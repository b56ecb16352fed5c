import type { Actor, ReceivedCommand, RevisionCondition, StreamRef } from '@entente/kernel';
import type { CataloguedCommand } from './catalogue.js';
import { parseInstant } from './instants.js';
import { PATTERNS, errorUnless } from './sender.js';
import type { FieldError } from './structure.js';
import { readBody } from './validate.js';

/** The metadata sent with a command's body, as it arrived over HTTP or Kafka: not yet validated. */
export interface RawMetadata {
  readonly stream: StreamRef;
  /** The sender, or the errors in its parts. */
  readonly actor: Actor | readonly FieldError[];
  readonly commandId: string;
  /** By default the command's id. */
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  /** Null without one. */
  readonly revision: RevisionCondition | null | 'invalid';
  readonly traceparent: string | undefined;
}

/** The sender's names for the metadata. */
export type MetadataNames = Readonly<
  Record<'stream' | 'commandId' | 'correlationId' | 'causationId' | 'revision', string>
>;

/** A revision from its text; null without one. */
export function revisionIn(text: string | undefined): number | null | 'invalid' {
  if (text === undefined) return null;
  return PATTERNS.revision.pattern.test(text) ? Number(text) : 'invalid';
}

/** Every error in the metadata, by the sender's name of the field. */
export const metadataErrors = (raw: RawMetadata, names: MetadataNames): readonly FieldError[] => [
  ...errorUnless(PATTERNS.token, names.commandId, raw.commandId),
  ...errorUnless(PATTERNS.streamId, names.stream, raw.stream.id),
  ...('organisation' in raw.actor ? [] : raw.actor),
  ...(raw.revision === 'invalid' ? [{ path: names.revision, message: PATTERNS.revision.must }] : []),
  ...errorUnless(PATTERNS.token, names.correlationId, raw.correlationId),
  ...errorUnless(PATTERNS.token, names.causationId, raw.causationId),
];

/** Parses a command and its metadata, from HTTP or Kafka, or returns every field in error. */
export function parseCommand(
  { type, body: fields }: CataloguedCommand,
  body: unknown,
  raw: RawMetadata,
  names: MetadataNames,
): ReceivedCommand | { readonly errors: readonly FieldError[] } {
  const { data, common, errors } = readBody(fields, body);
  const all = [...errors, ...metadataErrors(raw, names)];
  if (all.length > 0 || !('organisation' in raw.actor)) return { errors: all };
  const { stream, actor, commandId, correlationId, causationId, revision, traceparent } = raw;
  const inTrace = traceparent !== undefined && PATTERNS.traceparent.pattern.test(traceparent);
  return {
    stream,
    command: { type, data },
    metadata: {
      actor,
      commandId,
      correlationId: correlationId ?? commandId,
      causationId: causationId ?? null,
      // An invalid trace is ignored.
      ...(inTrace ? { traceparent } : {}),
      // Stored in UTC, from any offset.
      occurredAt: common.occurredAt === undefined ? null : parseInstant(common.occurredAt),
      evidence: common.evidence ?? [],
      legalBasis: common.legalBasis ?? null,
    },
    ifMatch: revision === 'invalid' ? null : revision,
    body,
  };
}
