import { codesOf } from './columns.js';
import { SCOPE_KINDS } from './codes.js';
import { CaseRow } from './cases.js';
import { ConsignmentRow } from './consignments.js';
import type { From, Query, RowsView } from './from.js';
import { HoldRow } from './holds.js';
import { ProgrammeRow } from './programmes.js';
import { UnionOf, columnsAs, rowsAs } from './union.js';
import { day, text } from './view-columns.js';

const COLUMNS = ['scope_kind', 'scope', 'hold', 'basis', 'reason', 'donor', 'since', 'last_day'] as const;
const STOPS = new UnionOf<(typeof COLUMNS)[number]>(COLUMNS);

/** The holds in force. */
const holds = (from: From): Query =>
  STOPS.part(from(HoldRow, 'h').where(`h.status = 'in force' AND NOT h.last_day_over`), {
    ...columnsAs('h', 'scope_kind', 'scope', 'hold', 'basis', 'reason', 'donor', 'last_day'),
    since: 'h.placed_on',
  });

/** The programmes that their donor suspended. */
const programmes = (from: From): Query =>
  STOPS.part(from(ProgrammeRow, 'g').where(`g.status = 'suspended'`), {
    ...columnsAs('g', 'reason', 'donor'),
    scope_kind: `'programme'`,
    scope: 'g.programme',
    basis: `'suspension'`,
    since: 'g.suspended_on',
  });

/** The cases that their donor holds. */
const cases = (from: From): Query =>
  STOPS.part(from(CaseRow, 'e').where('e.held_for IS NOT NULL'), {
    ...columnsAs('e', 'donor'),
    scope_kind: `'case'`,
    scope: 'e.assistance_case',
    basis: `'held'`,
    reason: 'e.held_for',
    since: 'e.held_on',
  });

/** The consignments that are held before they leave: by hand, or until their unit is cleared. */
const consignments = (from: From): Query =>
  STOPS.part(from(ConsignmentRow, 's').where('s.held_for IS NOT NULL'), {
    ...columnsAs('s', 'donor'),
    scope_kind: `'consignment'`,
    scope: 's.consignment',
    basis: `CASE WHEN s.held_unit IS NULL THEN 'held' ELSE 'clearance' END`,
    reason: 's.held_for',
    since: 's.held_on',
  });

/**
 * What a row of a view concerns, as SQL expressions: its parties, and what its assistance is under.
 */
interface StoppedBy {
  readonly donor: string;
  readonly recipient: string;
  readonly programme: string;
  readonly case?: string;
  /** The stream of the consignment that the row is. */
  readonly consignment?: string;
}

/** How a stop is named in one text: by its scope and its name; without a name, by its basis. */
const NAMED = `o.scope_kind || ' ' || COALESCE(o.hold, o.basis)`;

/**
 * The first of what stops assistance to a row of a view now, as the kind of the scope and the
 * hold's name, or its basis if it has no name; null without one.
 */
export function firstStop(from: From, of: StoppedBy): Query {
  const scopes = [
    ['country', of.recipient],
    ['programme', of.programme],
    ...(of.case === undefined ? [] : [['case', of.case]]),
  ].map(([kind, id]) => `(h.scope_kind = '${kind}' AND h.scope = ${id})`);
  // Each is found by a key: the search costs nothing that grows with the log.
  const parts = [
    holds(from)
      .andWhere(`(h.donor IS NULL OR h.donor = ${of.donor})`)
      .andWhere(`(${scopes.join(' OR ')})`),
    programmes(from).andWhere(`g.stream = 'programme/' || ${of.programme}`),
    ...(of.case === undefined ? [] : [cases(from).andWhere(`e.stream = 'assistance-case/' || ${of.case}`)]),
    ...(of.consignment === undefined ? [] : [consignments(from).andWhere(`s.stream = ${of.consignment}`)]),
  ];
  return rowsAs(STOPS.rows(parts, 'y'), 'o').select(`MIN(${NAMED})`);
}

/** The rows that {@link firstStop} looks at, for the events behind a row. */
export const stopsOn = (of: {
  readonly recipient: string | null | undefined;
  readonly programme: string | null | undefined;
  readonly case?: string | null | undefined;
}) => ({
  programmes: { programme: of.programme },
  ...(of.case === undefined ? {} : { cases: { assistance_case: of.case } }),
  holds: [
    { scope_kind: 'country', scope: of.recipient },
    { scope_kind: 'programme', scope: of.programme },
    { scope_kind: 'case', scope: of.case ?? null },
  ].filter(({ scope }) => scope !== null),
});

/** The meaning of a view's column `on_hold`, of what stops that. */
export const onHoldMeaning = (what: string): string =>
  `what stops ${what} now, as the view on-hold has it: the kind of scope and the name of the hold, or the basis if it has no name; null without one`;

const STOPPED = [...SCOPE_KINDS, 'consignment'];
const BASES = [...codesOf(HoldRow, 'basis'), 'held', 'clearance'];

/**
 * What is on hold now, since when, and on what basis: the holds on scopes, and what its own stream
 * records as suspended or held.
 */
export const onHold: RowsView = {
  name: 'on-hold',
  topic: 'Misuse and holds',
  version: 2,
  about: 'what is on hold now, since when and on what basis: by a hold, a suspended programme, a held case or shipment',
  key: ['scope_kind', 'scope', 'hold'],
  columns: {
    scope_kind: text('what is on hold: a unit, an item-type, a case, a programme, a country or a consignment', STOPPED),
    scope: text('the id of what is on hold; of a country, that of its organisation'),
    hold: text("the hold's name on its scope; null of what its own stream records as suspended or held"),
    basis: text(
      'of a hold: misuse, ceasefire, embargo, instability, suspension or derogatory-information; suspension of a programme that is suspended, held of a case or consignment that is held; clearance of a consignment that waits for the clearance of its unit',
      BASES,
    ),
    reason: text('the code of the reason, the newest if there were several'),
    donor: text("the donor whose assistance is on hold; every donor's if there is none"),
    since: day('the day from which it is on hold'),
    last_day: day('its last day; without one it lasts until it is released or resumed'),
  },
  totals: { counts: 'what is on hold', by: ['scope_kind', 'basis'], sums: [] },
  movedBy: {
    holds: { scope_kind: 'scope_kind', scope: 'scope', hold: 'hold' },
    programmes: { scope: 'programme' },
    cases: { scope: 'assistance_case' },
    consignments: { scope: 'consignment' },
  },
  madeOf({ scope_kind, scope, hold }) {
    if (hold !== null) return { holds: { scope_kind, scope, hold } };
    if (scope_kind === 'programme') return { programmes: { programme: scope } };
    return scope_kind === 'case' ? { cases: { assistance_case: scope } } : { consignments: { consignment: scope } };
  },
  query: (from) => STOPS.rows([holds(from), programmes(from), cases(from), consignments(from)], 'o'),
};
