import { COMMAND_NOTED } from '@entente/kernel';
import { ConsultationRow } from './consultations.js';
import type { From, Query, RowsView } from './from.js';
import { JournalRow } from './journal.js';
import { revisionKeySql } from './row-by.js';
import { integer, sameAs } from './view-columns.js';

/**
 * Decisions that missed an earlier event of a stream that they consulted. Nearly none did, so the
 * event behind the consulted revision is looked up first, by its key: only where it was recorded
 * before the decision are the others of its stream read. As a join, PostgreSQL without statistics
 * read each stream for each decision.
 */
function query(from: From): Query {
  const next = from(JournalRow, 'n')
    .select('MIN(n.since)')
    .where(`n.stream = c.consulted_stream AND n.row_key = ${revisionKeySql('c.consulted_revision + 1')}`);
  const later = from(JournalRow, 'j')
    .select('j.stream', 'stream')
    .addSelect('j.revision', 'revision')
    .addSelect('j.since', 'since')
    .where(`j.type <> '${COMMAND_NOTED}'`);
  return from(ConsultationRow, 'c')
    .innerJoin(
      `(${later.getQuery()})`,
      'j',
      'j.stream = c.consulted_stream AND j.revision > c.consulted_revision AND j.since < c.since',
    )
    .setParameters(later.getParameters())
    .select('c.decided', 'decided')
    .addSelect('c.revision', 'revision')
    .addSelect('c.type', 'type')
    .addSelect('c.consulted_stream', 'consulted_stream')
    .addSelect('c.consulted_revision', 'consulted_revision')
    .addSelect('MAX(j.revision)', 'actual_revision')
    .addSelect('c.actor_organisation', 'actor_organisation')
    .addSelect('c.recorded_at', 'recorded_at')
    .where(`c.type <> '${COMMAND_NOTED}'`)
    .andWhere(`(${next.getQuery()}) < c.since`)
    .setParameters(next.getParameters())
    .groupBy('c.decided')
    .addGroupBy('c.revision')
    .addGroupBy('c.type')
    .addGroupBy('c.consulted_stream')
    .addGroupBy('c.consulted_revision')
    .addGroupBy('c.actor_organisation')
    .addGroupBy('c.recorded_at');
}

/**
 * Checks the guarantee on consulted streams: it lists every event that was recorded between the
 * read and the append.
 */
export const outdatedDecisions: RowsView = {
  name: 'outdated-decisions',
  topic: 'Auditors',
  version: 2,
  about: 'decisions made on outdated knowledge: a stream that they rested on had moved before they were recorded',
  key: ['decided', 'revision', 'consulted_stream'],
  columns: {
    ...sameAs(ConsultationRow, 'decided', 'revision', 'type', 'consulted_stream'),
    consulted_revision: integer('the revision that the decision looked at'),
    actual_revision: integer('the revision of the last fact that the stream had when the decision was recorded'),
    ...sameAs(ConsultationRow, 'actor_organisation', 'recorded_at'),
  },
  totals: { counts: 'decisions', by: [], sums: [] },
  movedBy: {
    consultations: { decided: 'decided', revision: 'revision', consulted_stream: 'consulted_stream' },
    journal: null,
  },
  madeOf: ({ decided, revision, consulted_stream, actual_revision: moved }) => ({
    consultations: { decided, revision, consulted_stream },
    journal: { stream: consulted_stream, revision: moved },
  }),
  query,
};
