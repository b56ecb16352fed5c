import type { DataOf, Event } from '@entente/kernel';
import type { Origin } from '../row-by.js';

/** Who does what is due. */
export type Doer = 'donor' | 'recipient' | 'respondent' | 'investigator' | 'intake' | 'monitor' | 'vetter' | 'owner';

/** The duties of a kind: who does each, and what it is, as a phrase. */
export type DutyNames = Readonly<Record<string, readonly [doer: Doer, about: string]>>;

/** What belongs to every duty of a stream. */
export interface About {
  /** The owner of a hold or mandate, or the investigator: neither donor nor recipient. */
  readonly organisation?: string | null;
  readonly donor?: string | null;
  readonly recipient?: string | null;
  readonly programme?: string | null;
  readonly assistance_case?: string | null;
  readonly currency?: string | null;
}

/**
 * What an event changes: a last day, money of a tranche, the end or its day, whom it concerns, or
 * the record that the last day passed.
 */
export type DueChange<Duty extends string = string> = {
  readonly duty: Duty;
  /** Which one, if the stream can have several. */
  readonly item?: string;
  readonly named?: string;
} & (
  | {
      readonly due: string;
      readonly planned?: number;
      /** Of a corrected tranche: the day by which the whole had been disbursed, if it had. */
      readonly disbursedOn?: string | null;
      readonly fromRecording?: true;
      /** What has ended stays so. */
      readonly stays?: true;
      /** It had this last day all the time: it was recorded as another one. */
      readonly corrected?: true;
    }
  | ({
      readonly disbursed: number;
      /** Of an event without the days of its tranche: its own day, if it is a disbursement. */
      readonly paidOn?: string;
    } & TrancheDays)
  | { readonly ends: 'done' | 'withdrawn'; readonly on?: string; readonly fromRecording?: true; readonly passed?: true }
  | { readonly endedOn: string }
  | { readonly about: About }
  | { readonly reopens: true }
  | { readonly overdue: true }
);

/** Something has this last day from now on. */
export const due = <Duty extends string>(duty: Duty, last: string, item = ''): DueChange<Duty> => ({
  duty,
  item,
  due: last,
});

/** Something had this last day all the time, also if it has ended; none if it is left out. */
export const dueCorrected = <Duty extends string>(
  duty: Duty,
  last: string | undefined,
  item = '',
): readonly DueChange<Duty>[] =>
  last === undefined ? [] : [{ ...due(duty, last, item), stays: true, corrected: true }];

/**
 * Something has this last day, counted from the recording. A limit for who acts on what another
 * organisation reports runs from when it could be known. The other last days count from the fact.
 */
export const dueOnceKnown = <Duty extends string>(duty: Duty, last: string, item = ''): DueChange<Duty> => ({
  duty,
  item,
  due: last,
  fromRecording: true,
});

/** It was done, which counts no earlier than its last day began to. */
export const doneOnceKnown = <Duty extends string>(duty: Duty, on?: string, item = ''): DueChange<Duty> => ({
  ...done(duty, item, on),
  fromRecording: true,
});

/** It was done, on this day; without one, on the day of the event. */
export const done = <Duty extends string>(duty: Duty, item = '', on?: string): DueChange<Duty> => ({
  duty,
  item,
  ends: 'done',
  ...(on && { on }),
});

/** Its last day passed by itself, as it was to: it ends on that day, whenever that is recorded. */
export const passed = <Duty extends string>(duty: Duty, item = ''): DueChange<Duty> => ({
  ...done(duty, item),
  passed: true,
});

/** It is not waited for any more. */
export const withdrawn = <Duty extends string>(duty: Duty, item = '', on?: string): DueChange<Duty> => ({
  duty,
  item,
  ends: 'withdrawn',
  ...(on && { on }),
});

/** It was recorded that its last day passed. */
export const overdueNow = <Duty extends string>(duty: Duty, item = ''): DueChange<Duty> => ({
  duty,
  item,
  overdue: true,
});

/** By which day a tranche was whole, and the last day of what is left of its disbursements. */
interface TrancheDays {
  readonly disbursedOn?: string;
  readonly lastDisbursedOn?: string;
}

type DueChanges<E extends Event, Duty extends string> = {
  readonly [Type in E['type']]?: (
    data: DataOf<E, Type>,
    origin: Origin<Extract<E, { type: Type }>>,
  ) => readonly DueChange<Duty>[];
};

/** The duties of one kind of stream. */
export interface Duties {
  readonly duties: DutyNames;
  /** What the opening event states about all of them. */
  readonly about: { readonly type: string; of(data: never, origin: Origin): About } | null;
  /** What later events change of that. */
  readonly later?: Readonly<Record<string, (data: never) => About>>;
  /** The events that end the stream: nothing of it is waited for from then on. */
  readonly ends: readonly string[];
  readonly changes: Readonly<Record<string, (data: never, origin: never) => readonly DueChange[]>>;
}

/**
 * The duties of the events `E`: their names, what the opening event states about all of them, what
 * each event changes, what later events change of the statement, and which events end the stream.
 */
export const dutiesOf =
  <E extends Event>() =>
  <const Names extends DutyNames, Type extends E['type']>(
    duties: Names,
    about: { readonly type: Type; of(data: DataOf<E, Type>, origin: Origin): About } | null,
    changes: DueChanges<E, keyof Names & string>,
    later: { readonly [T in E['type']]?: (data: DataOf<E, T>) => About } = {},
    ends: readonly E['type'][] = [],
  ): Duties =>
    ({ duties, about, changes, later, ends }) as Duties;

/**
 * What the end of a stream withdraws: each duty of the stream, and of a duty with several items
 * those that the event lists as open.
 */
export const endOf = (
  { duties }: Pick<Duties, 'duties'>,
  { open = [''] }: { readonly open?: readonly string[] },
): readonly DueChange[] => Object.keys(duties).flatMap((duty) => open.map((item) => withdrawn(duty, item)));

/** The parties that an opening event names. */
export const partiesOf = (data: {
  readonly donor?: string;
  readonly recipient: string;
  readonly programme?: string;
  readonly case?: string;
}): About => ({
  donor: data.donor ?? null,
  recipient: data.recipient,
  programme: data.programme ?? null,
  assistance_case: data.case ?? null,
});
