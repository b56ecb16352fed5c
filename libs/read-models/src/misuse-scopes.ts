import type { AssistanceScope, MisuseCaseEvent } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { SCOPE_KINDS } from './codes.js';
import { day, text } from './columns.js';
import { originOf } from './row-by.js';

/** A scope that a report of misuse names, or its correction. */
export class MisuseScopeRow {
  @text('the misuse case') misuse_case!: string;
  @text('a unit, an item-type, a case, a programme or a country', SCOPE_KINDS) scope_kind!: string;
  @text('the id of what is named; of a country, that of its organisation') scope!: string;
  @day('the day of the report or correction that named it first') named_on!: string;
}

const namedIn = ({ type, data }: RecordedEvent<MisuseCaseEvent>): readonly AssistanceScope[] =>
  type === 'MisuseFlagged' || type === 'MisuseReportCorrected' ? (data.scopes ?? []) : [];

/** A scope in one word. */
export const scopeName = ({ kind, id }: AssistanceScope): string => `${kind}/${id}`;

export const misuseScopes: Projection<MisuseCaseEvent, MisuseScopeRow> = {
  name: 'misuse-scopes',
  topic: 'Misuse and holds',
  version: 1,
  kinds: ['misuse-case'],
  about: 'a scope that a report of misuse names or named; `misuse-register` has those that it names now',
  entity: MisuseScopeRow,
  totals: { counts: 'scopes of misuse cases', by: ['scope_kind'], sums: [] },
  touches: (event) => namedIn(event).map(scopeName),
  evolve(row, event, key) {
    const scope = namedIn(event).find((one) => scopeName(one) === key);
    if (row !== null || scope === undefined) return row;
    const { id: misuse_case, day: named_on } = originOf(event);
    return { misuse_case, scope_kind: scope.kind, scope: scope.id, named_on };
  },
};
