import { type Actor, type RecordedEvent, addDays, actsFor } from '@entente/kernel';
import type { Chance } from './random-history.js';

/** A finding by its rule and the event that breaks it. */
export type PlantedFinding = `${string} ${string}`;

type Data = Readonly<Record<string, unknown>>;

/** A new event: on a day, by a sender. */
interface Planted {
  readonly stream: string;
  readonly type: string;
  readonly data: object;
  readonly day: string;
  readonly actor?: Pick<Actor, 'organisation' | 'role'>;
}

const DONOR = { organisation: 'norland', role: 'donor' } as const;
/** Days before every one of the history, and after. */
const LONG_AGO = '2001-01-01';
const LATER = '2999-12-31';

const dayOf = ({ metadata }: RecordedEvent): string => metadata.occurredAt.slice(0, 10);
const dataOf = ({ data }: RecordedEvent): Data => data as Data;
const textIn = (event: RecordedEvent, field: string): string | undefined => dataOf(event)[field] as string | undefined;
const listIn = <One = Data>(event: RecordedEvent, field: string): readonly One[] =>
  (dataOf(event)[field] ?? []) as readonly One[];
const idOf = ({ stream }: RecordedEvent): string => stream.slice(stream.indexOf('/') + 1);

/** A history in which breaches are planted, each on streams that no other one has changed. */
class Plot {
  private readonly used = new Set<string>();
  private made = 0;
  /** Where each event is, and the events of each type; null after a change. */
  private index: {
    readonly at: ReadonlyMap<string, number>;
    readonly byType: ReadonlyMap<string, readonly RecordedEvent[]>;
  } | null = null;

  constructor(
    private events: RecordedEvent[],
    private readonly chance: Chance,
    /** The events that break a rule already. */
    private readonly broken: ReadonlySet<string>,
  ) {}

  /** A name that nothing else has. */
  name(): string {
    return `planted-${(this.made += 1)}`;
  }

  /** One of these, by chance; undefined if there is none. */
  pick<One>(ones: readonly One[]): One | undefined {
    return ones[this.chance(ones.length)];
  }

  days(most: number): number {
    return this.chance(most);
  }

  /** Whether one of two things is done. */
  either(): boolean {
    return this.chance(2) === 0;
  }

  /** An event of a type that keeps the rules, on a stream that is not changed yet. */
  place(type: string, fits: (event: RecordedEvent) => boolean = () => true): RecordedEvent | undefined {
    const found = this.pick(
      this.of(type).filter((event) => !this.used.has(event.stream) && !this.isBroken(event) && fits(event)),
    );
    if (found !== undefined) this.used.add(found.stream);
    return found;
  }

  /** A place of any of these types that has one, by chance. */
  placeOfAny(types: readonly string[], fits: (event: RecordedEvent) => boolean): RecordedEvent | undefined {
    const from = this.chance(types.length);
    for (const type of [...types.slice(from), ...types.slice(0, from)]) {
      const found = this.place(type, fits);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The events of a stream, or of all, of one type. */
  of(type: string, stream?: string): readonly RecordedEvent[] {
    const all = this.indexed().byType.get(type) ?? [];
    return stream === undefined ? all : all.filter((event) => event.stream === stream);
  }

  /** The events of a stream. */
  ofStream(stream: string): readonly RecordedEvent[] {
    return this.events.filter((event) => event.stream === stream);
  }

  /** Whether it breaks a rule without a planter. */
  isBroken({ id }: RecordedEvent): boolean {
    return this.broken.has(id);
  }

  /** The day of the newest recording. */
  newest(): string {
    return this.events
      .reduce((day, { metadata }) => (metadata.recordedAt > day ? metadata.recordedAt : day), '')
      .slice(0, 10);
  }

  indexOf({ id }: RecordedEvent): number {
    return this.indexed().at.get(id) ?? -1;
  }

  isBefore(one: RecordedEvent, other: RecordedEvent): boolean {
    return this.indexOf(one) < this.indexOf(other);
  }

  replace(event: RecordedEvent, changes: object, metadata: object = {}): void {
    this.change(
      this.events.map((one) =>
        one.id === event.id
          ? { ...one, data: { ...dataOf(one), ...changes }, metadata: { ...one.metadata, ...metadata } }
          : one,
      ),
    );
  }

  remove(...removed: readonly RecordedEvent[]): void {
    const ids = new Set(removed.map(({ id }) => id));
    this.change(this.events.filter(({ id }) => !ids.has(id)));
  }

  removeStream(stream: string): void {
    this.change(this.events.filter((event) => event.stream !== stream));
  }

  /** Adds events of a new stream, or of several, at a place by chance. */
  anywhere(...planted: readonly Planted[]): readonly RecordedEvent[] {
    return this.insert(this.chance(this.events.length), planted);
  }

  before(event: RecordedEvent, ...planted: readonly Planted[]): readonly RecordedEvent[] {
    return this.insert(this.indexOf(event), planted);
  }

  after(event: RecordedEvent, ...planted: readonly Planted[]): readonly RecordedEvent[] {
    return this.insert(this.indexOf(event) + 1, planted);
  }

  /** The history, each stream with its own revisions. */
  history(): readonly RecordedEvent[] {
    const revisions = new Map<string, number>();
    return this.events.map((event, n) => {
      const revision = (revisions.get(event.stream) ?? -1) + 1;
      revisions.set(event.stream, revision);
      return { ...event, revision, position: BigInt(n + 1) };
    });
  }

  /** The events of one command stay together. */
  private insert(at: number, planted: readonly Planted[]): readonly RecordedEvent[] {
    let index = at;
    while (index > 0 && this.areOfOneCommand(this.events[index - 1], this.events[index])) index += 1;
    const beside = this.events[Math.max(0, index - 1)] as RecordedEvent;
    const made = planted.map(({ stream, type, data, day, actor = DONOR }): RecordedEvent => {
      const id = `00000000-0000-5000-8001-${String((this.made += 1)).padStart(12, '0')}`;
      const metadata = {
        ...beside.metadata,
        actor: { organisation: actor.organisation, role: actor.role },
        commandId: `planted-${this.made}`,
        causationId: null,
        occurredAt: `${day}T09:00:00.000Z`,
        consulted: [],
      };
      return { ...beside, id, stream, type, data, metadata };
    });
    this.change(this.events.toSpliced(index, 0, ...made));
    for (const { stream } of made) this.used.add(stream);
    return made;
  }

  private change(events: RecordedEvent[]): void {
    this.events = events;
    this.index = null;
  }

  private indexed() {
    this.index ??= {
      at: new Map(this.events.map(({ id }, n) => [id, n])),
      byType: Map.groupBy(this.events, ({ type }) => type),
    };
    return this.index;
  }

  private areOfOneCommand(one: RecordedEvent | undefined, other: RecordedEvent | undefined): boolean {
    return one?.stream === other?.stream && one?.metadata.commandId === other?.metadata.commandId;
  }
}

/** Breaks one rule somewhere; undefined if there is no place for it. */
type Planter = (plot: Plot) => RecordedEvent | undefined;

/** An own agreement, in force all the time, with all assurances, and an own programme under it. */
function ownProgramme(plot: Plot, without: readonly string[] = []): { programme: string; lines: readonly Planted[] } {
  const framework = `norland.${plot.name()}`;
  const programme = `norland.${plot.name()}`;
  const on = (type: string, data: object): Planted => ({
    stream: `legal-framework/${framework}`,
    type,
    data,
    day: LONG_AGO,
  });
  const lines = [
    on('AgreementDrafted', { donor: 'norland', recipient: 'estmark', title: 'x', instrument: 'x', parameters: [] }),
    on('AgreementEnteredIntoForce', { on: LONG_AGO, until: LATER, warnOn: LATER, reports: [] }),
    ...['use', 'no-transfer', 'security', 'observation'].map((assurance) =>
      on('EndUseAssuranceGiven', { assurance, on: LONG_AGO }),
    ),
    on('ListedUnitsBarred', { on: LONG_AGO }),
  ].filter(({ type, data }) => !without.includes(type) && !without.includes((data as Data)['assurance'] as string));
  const proposed: Planted = {
    stream: `programme/${programme}`,
    type: 'ProgrammeProposed',
    data: { donor: 'norland', recipient: 'estmark', framework },
    day: LONG_AGO,
  };
  return { programme, lines: [...lines, proposed] };
}

/** An own case, executed in an emergency. */
function ownCase(plot: Plot, programme?: string): { id: string; lines: readonly Planted[] } {
  const id = `norland.${plot.name()}`;
  const on = (type: string, data: object): Planted => ({ stream: `assistance-case/${id}`, type, data, day: LONG_AGO });
  const asked = { donor: 'norland', recipient: 'estmark', asked: [], ...(programme && { programme }) };
  const emergency = { authority: 'minister', reason: 'attack' };
  return {
    id,
    lines: [on('AssistanceRequested', asked), on('CaseImplemented', { emergency, deposited: 0, currency: 'USD' })],
  };
}

/** An own consignment of a case, and its shipment. */
function ownShipment(plot: Plot, of: string, day = LONG_AGO, more: object = {}): readonly Planted[] {
  const stream = `consignment/norland.${plot.name()}`;
  const lines = [{ line: '001', quantity: 1 }];
  return [
    {
      stream,
      type: 'DeliveryScheduled',
      day,
      data: { case: of, donor: 'norland', recipient: 'estmark', lines, due: LATER },
    },
    { stream, type: 'ConsignmentShipped', day, data: { on: day, ...more } },
  ];
}

/** Whether a framework ever set a rule aside. */
const setsAside = (plot: Plot, framework: string, rule: string): boolean =>
  ['WaiverGranted', 'ExceptionInvoked'].some((type) =>
    plot.of(type, `legal-framework/${framework}`).some((event) => listIn<string>(event, 'rules').includes(rule)),
  );

const isReported = (event: RecordedEvent | undefined): boolean =>
  event !== undefined && textIn(event, 'basis') === 'reported';

/** R1: an executed case under an agreement that was not in force, or lacked an assurance. */
const executedWithoutAgreement: Planter = (plot) => {
  const assurance = plot.pick(['use', 'no-transfer', 'security', 'observation', 'AgreementEnteredIntoForce']) as string;
  const { programme, lines } = ownProgramme(plot, [assurance]);
  return plot.anywhere(...lines, ...ownCase(plot, programme).lines).at(-1);
};
/** R1: a case under an agreement of the history, on a day before its first or after its last. */
const executedOutsideAgreement: Planter = (plot) => {
  const proposed = plot.place('ProgrammeProposed', (event) => {
    const framework = textIn(event, 'framework');
    return (
      framework !== undefined &&
      !setsAside(plot, framework, 'R1') &&
      plot.of('ProgrammeCorrected', event.stream).length === 0 &&
      plot.of('AgreementEnteredIntoForce', `legal-framework/${framework}`).length === 1
    );
  });
  if (proposed === undefined) return undefined;
  const day = addDays(LONG_AGO, plot.days(7000));
  const lines = ownCase(plot, idOf(proposed)).lines.map((line) => ({ ...line, day }));
  return plot.after(proposed, ...lines).at(-1);
};

/** R5: a shipment to a unit that was never cleared, or is not any more or not yet. */
const shippedToUncleared: Planter = (plot) => {
  const unit = `estmark.${plot.name()}`;
  const day = addDays(LONG_AGO, 100);
  const cleared = (from: string, until: string): Planted => ({
    stream: `security-unit/${unit}`,
    type: 'ClearanceGiven',
    day: from,
    data: { until },
  });
  const clearance = plot.pick([[], [cleared(LONG_AGO, addDays(day, -1))], [cleared(addDays(day, 1), LATER)]]) ?? [];
  const { id, lines } = ownCase(plot);
  return plot.anywhere(...clearance, ...lines, ...ownShipment(plot, id, day, { unit })).at(-1);
};
/** R5: a session is held long after each clearance. */
const heldUncleared: Planter = (plot) => {
  const enrolled = plot.place('TraineeEnrolled', (event) => textIn(event, 'unit') !== undefined);
  if (enrolled === undefined) return undefined;
  const on = addDays('2100-01-01', plot.days(1000));
  const data = { session: plot.name(), on, present: { women: 1, men: 0, notStated: 0 } };
  return plot.after(enrolled, { stream: enrolled.stream, type: 'TrainingSessionHeld', day: dayOf(enrolled), data })[0];
};

/** R6: a shipment to no known unit under an agreement that bars none. */
const shippedUnbarred: Planter = (plot) => {
  const { programme, lines } = ownProgramme(plot, ['ListedUnitsBarred']);
  const { id, lines: executed } = ownCase(plot, programme);
  return plot.anywhere(...lines, ...executed, ...ownShipment(plot, id)).at(-1);
};

/** R7: the clearance was suspended just before an enrolment, and restored just after it. */
const enrolledWhileSuspended: Planter = (plot) => {
  const enrolled = plot.place('TraineeEnrolled', (event) => textIn(event, 'unit') !== undefined);
  if (enrolled === undefined) return undefined;
  const stream = `security-unit/${textIn(enrolled, 'unit')}`;
  const day = dayOf(enrolled);
  plot.before(enrolled, { stream, type: 'ClearanceSuspended', day, data: { reason: 'planted', trainings: [] } });
  plot.after(enrolled, { stream, type: 'ClearanceRestored', day, data: { reason: 'planted' } });
  return enrolled;
};
/** R7: an enrolment happened before any clearance. */
const enrolledTooEarly: Planter = (plot) => {
  const enrolled = plot.place('TraineeEnrolled', (event) => textIn(event, 'unit') !== undefined);
  if (enrolled !== undefined) plot.replace(enrolled, {}, { occurredAt: `${LONG_AGO}T09:00:00.000Z` });
  return enrolled;
};

/** R8: a unit was refused, and cleared again with nothing between. */
const returnedUnremedied: Planter = (plot) => {
  const given = plot.place('ClearanceGiven');
  if (given === undefined) return undefined;
  const { stream } = given;
  const day = dayOf(given);
  return plot
    .after(
      given,
      { stream, type: 'ClearanceRefused', day, data: { reason: 'planted', trainings: [] } },
      { stream, type: 'ClearanceRestored', day, data: { reason: 'planted' } },
    )
    .at(-1);
};
/** R8: a waiver without its report, or with a late one. */
const waiverUnreported: Planter = (plot) => {
  const agreed = plot.place('AgreementEnteredIntoForce');
  if (agreed === undefined) return undefined;
  const { stream } = agreed;
  const name = plot.name();
  const reportBy = addDays(plot.newest(), -1 - plot.days(300));
  const aside = { name, rules: ['R17'], authority: 'x', basis: 'x', reason: 'x', from: LONG_AGO, until: LATER };
  const day = dayOf(agreed);
  const late = { report: 'waiver', of: name, on: addDays(reportBy, 1 + plot.days(30)), to: 'x' };
  return plot
    .after(
      agreed,
      { stream, type: 'WaiverGranted', day, data: { ...aside, reportBy } },
      ...(plot.either() ? [{ stream, type: 'StatutoryReportSubmitted', day, data: late }] : []),
    )
    .at(-1);
};
/** R8: the report of a waiver that was reported in time is not there. */
const reportRemoved: Planter = (plot) => {
  const granted = (event: RecordedEvent): readonly RecordedEvent[] =>
    [...plot.of('WaiverGranted', event.stream), ...plot.of('ExceptionInvoked', event.stream)].filter(
      (one) => textIn(one, 'name') === textIn(event, 'of') && textIn(event, 'report') === reportOf(one),
    );
  const submitted = plot.place('StatutoryReportSubmitted', (event) => {
    const [one, ...others] = granted(event);
    const overdue = plot.of('StatutoryReportBecameOverdue', event.stream).some((late) => isSame(late, event));
    const reports = plot.of('StatutoryReportSubmitted', event.stream).filter((report) => isSame(report, event));
    return (
      one !== undefined &&
      others.length === 0 &&
      !overdue &&
      reports.length === 1 &&
      (textIn(one, 'reportBy') ?? '') < plot.newest()
    );
  });
  if (submitted === undefined) return undefined;
  const [one] = granted(submitted);
  plot.remove(submitted);
  return one;
};
const isSame = (one: RecordedEvent, other: RecordedEvent): boolean =>
  textIn(one, 'report') === textIn(other, 'report') && textIn(one, 'of') === textIn(other, 'of');
const reportOf = ({ type }: RecordedEvent): string => (type === 'WaiverGranted' ? 'waiver' : 'exception');

/** An own consignment of items of a designated type, with its serials, shipped and received. */
function ownMonitored(plot: Plot, registered: number, store: Planted | null): readonly Planted[] {
  const item = plot.name();
  const { id, lines } = ownCase(plot);
  const [asked, ...executed] = lines as readonly [Planted, ...Planted[]];
  const [scheduled, shipped] = ownShipment(plot, id) as readonly [Planted, Planted];
  const serials = Array.from({ length: registered }, () => plot.name());
  const of = { line: '001', item, donor: 'norland', recipient: 'estmark', case: id };
  const received = { on: LONG_AGO, donor: 'norland', monitored: [{ line: '001', item }] };
  const counted = [{ line: '001', quantity: 1, serials }];
  const line = { line: '001', item, quantity: 1, unit: 'each', value: 100, due: LATER };
  return [
    { stream: `item-type/norland.${item}`, type: 'EnhancedDesignationGiven', day: LONG_AGO, data: { reviewBy: LATER } },
    ...(store === null ? [] : [store]),
    asked,
    { ...asked, type: 'CaseLineAdded', data: line },
    ...executed,
    scheduled,
    ...(serials.length === 0 ? [] : [{ ...scheduled, type: 'SerialsRegistered', data: { ...of, serials } }]),
    shipped,
    {
      ...scheduled,
      type: 'ReceiptConfirmed',
      data: { ...received, lines: counted, store: store?.stream.replace('storage-site/', '') ?? 'estmark.nowhere' },
    },
  ];
}
/** The certificate of an own store. */
const ownStore = (plot: Plot, on: string, until: string): Planted => ({
  stream: `storage-site/estmark.${plot.name()}`,
  type: 'StorageCertified',
  day: LONG_AGO,
  data: { on, until },
});
/** R9: the serials of a shipment were not registered. */
const shippedWithoutSerials: Planter = (plot) =>
  plot.anywhere(...ownMonitored(plot, 0, ownStore(plot, LONG_AGO, LATER))).at(-2);
/** R9: monitored items were received into a store that was not certified on that day. */
const receivedUncertified: Planter = (plot) => {
  const store = plot.pick([
    null,
    ownStore(plot, LONG_AGO.replace('-01-01', '-01-02'), LATER),
    ownStore(plot, '2000-01-01', '2000-12-31'),
  ]);
  return plot.anywhere(...ownMonitored(plot, 1, store ?? null)).at(-1);
};
/** Whether the end or the return of an item was ever recorded. */
const everEnded = (plot: Plot, serial: string): boolean =>
  plot
    .of('SerialRegistered')
    .filter((one) => textIn(one, 'serial') === serial)
    .some(({ stream }) =>
      ['LossReportVerified', 'ItemReturned', 'ItemDisposed'].some((type) => plot.of(type, stream).length > 0),
    );
const isOfType = (plot: Plot, event: RecordedEvent, type: string): boolean =>
  plot.of('EndUseCheckScheduled', event.stream).some((one) => textIn(one, 'type') === type);
/** R10: a visit has no result for a serial. */
const serialNotChecked: Planter = (plot) => {
  const performed = plot.place('EndUseCheckPerformed', (event) => {
    const results = listIn<{ readonly serial: string }>(event, 'results');
    return (
      isOfType(plot, event, 'enhanced') && results.length > 0 && results.every(({ serial }) => !everEnded(plot, serial))
    );
  });
  if (performed === undefined) return undefined;
  const results = listIn(performed, 'results');
  const left = plot.days(results.length);
  plot.replace(performed, { results: results.filter((_, n) => n !== left) });
  return performed;
};
/** R10: an item was received, and no check of it was ever planned. */
const checkNeverPlanned: Planter = (plot) => {
  const serialOf = (event: RecordedEvent): string | undefined => {
    const [one] = plot.of('SerialRegistered', event.stream);
    return one === undefined ? undefined : textIn(one, 'serial');
  };
  const checksOf = (event: RecordedEvent): readonly RecordedEvent[] =>
    plot.of('EndUseCheckScheduled').filter((one) => listIn<string>(one, 'serials').includes(serialOf(event) ?? ''));
  const received = plot.place('ItemReceived', (event) => {
    const serial = serialOf(event);
    const checks = checksOf(event);
    return (
      serial !== undefined &&
      !everEnded(plot, serial) &&
      plot.of('ItemReceived', event.stream).length === 1 &&
      plot.of('ItemReceiptCorrected', event.stream).length === 0 &&
      plot.of('ItemReceiptWithdrawn', event.stream).length === 0 &&
      checks.length === 1 &&
      checks.every(({ stream }) => stream === `end-use-check/entente.after-${event.id}`) &&
      (textIn(event, 'checkBy') ?? LATER) < plot.newest()
    );
  });
  if (received === undefined) return undefined;
  const stream = `end-use-check/entente.after-${received.id}`;
  plot.removeStream(stream);
  return received;
};
/** A check of nothing that the history has. */
const ownCheck = (plot: Plot, type: string, day: string, due: string): Planted => ({
  stream: `end-use-check/veritas-monitor.${plot.name()}`,
  type: 'EndUseCheckScheduled',
  day,
  data: {
    type,
    manner: 'on-site',
    donor: 'norland',
    recipient: 'estmark',
    holder: 'estmark',
    item: plot.name(),
    site: 'x',
    serials: type === 'enhanced' ? [plot.name()] : [],
    quantity: 1,
    due,
  },
});
/** R10, R11: the last day of a check is further ahead than allowed. */
const dueTooLate =
  (type: string, days: number): Planter =>
  (plot) => {
    const day = addDays(plot.newest(), -plot.days(days));
    return plot.anywhere(ownCheck(plot, type, day, addDays(day, days + 1 + plot.days(30))))[0];
  };
/** The item of a check of nothing, which is returned on a day. */
const returnedItem = ({ data }: Planted, on: string): readonly [Planted, Planted] => {
  const { donor, recipient, item, serials } = data as Readonly<Record<'donor' | 'recipient' | 'item', string>> & {
    readonly serials: readonly string[];
  };
  const stream = `item/${donor}.${item}.${serials[0] ?? ''}`;
  return [
    { stream, type: 'SerialRegistered', day: on, data: { donor, recipient, item, serial: serials[0] } },
    { stream, type: 'ItemReturned', day: on, data: { on, reason: 'x' } },
  ];
};
/** A near miss of R10: the item of a check ended by its last day, before its planning or after. */
function checkOfReturned(plot: Plot): void {
  const day = addDays(plot.newest(), -40 - plot.days(300));
  const due = addDays(day, plot.days(30));
  const scheduled = ownCheck(plot, 'enhanced', day, due);
  const [registered, returned] = returnedItem(scheduled, plot.either() ? day : due);
  plot.anywhere(registered, ...(plot.either() ? [returned, scheduled] : [scheduled, returned]));
}
/** R10, R11: a check that was not made, was made or given up late, or was recorded as overdue. */
const checkMissed =
  (type: string): Planter =>
  (plot) => {
    const day = addDays(plot.newest(), -40 - plot.days(300));
    const due = addDays(day, plot.days(30));
    const scheduled = ownCheck(plot, type, day, due);
    const { stream, data } = scheduled;
    const results = (data as { readonly serials: readonly string[] }).serials.map((serial) => ({
      serial,
      result: 'seen',
    }));
    const lots = type === 'enhanced' ? [] : [{ lot: 'x', seen: 1, notSeen: 0, damaged: 0 }];
    const late = { on: plot.newest(), manner: 'on-site', results, lots };
    const how = plot.pick([
      'never',
      'late',
      'overdue',
      'waived',
      'cancelled',
      ...(type === 'enhanced' ? ['ended'] : []),
    ]);
    if (type === 'enhanced') checkOfReturned(plot);
    const givenUp = how === 'waived' ? 'EndUseCheckWaived' : 'EndUseCheckCancelled';
    const [registered, returned] = returnedItem(scheduled, addDays(due, 1));
    return plot
      .anywhere(
        ...(how === 'ended' ? [registered] : []),
        scheduled,
        ...(how === 'ended' ? [returned] : []),
        ...(how === 'waived' || how === 'cancelled'
          ? [{ stream, type: givenUp, day: addDays(due, 1), data: { authority: 'x', reason: 'x' } }]
          : []),
        ...(how === 'late' ? [{ stream, type: 'EndUseCheckPerformed', day: plot.newest(), data: late }] : []),
        ...(how === 'overdue' ? [{ stream, type: 'EndUseCheckBecameOverdue', day: plot.newest(), data: { due } }] : []),
      )
      .at(-1);
  };
/** R11: a sample of nothing, or of more than there is. */
const sampleMiscounted: Planter = (plot) => {
  const performed = plot.place('EndUseCheckPerformed', (event) => isOfType(plot, event, 'routine'));
  if (performed !== undefined)
    plot.replace(performed, {
      results: [],
      lots: plot.either() ? [] : [{ lot: 'x', seen: 10_000_000, notSeen: 0, damaged: 0 }],
    });
  return performed;
};

/** R12: the reporter verified the loss itself. */
const verifiedByReporter: Planter = (plot) => {
  const reportOfLoss = (event: RecordedEvent): RecordedEvent | undefined =>
    ['ItemReportedLost', 'ItemReportedDestroyed', 'ItemReportedExpended']
      .flatMap((type) => plot.of(type, event.stream))
      .find(({ id }) => id === textIn(event, 'report'));
  const verified = plot.place('LossReportVerified', (event) => reportOfLoss(event) !== undefined);
  if (verified === undefined) return undefined;
  const organisation = actsFor(reportOfLoss(verified)?.metadata.actor ?? DONOR);
  plot.replace(verified, {}, { actor: { organisation, role: 'monitor' } });
  return verified;
};
/** R12: a loss that was verified late, or never. */
const lossUnanswered: Planter = (plot) => {
  const stream = `item/norland.${plot.name()}`;
  const day = addDays(plot.newest(), -100);
  const holder = { organisation: 'estmark', role: 'recipient' } as const;
  const monitor = { organisation: 'veritas-monitor', role: 'monitor' } as const;
  const data = { donor: 'norland', recipient: 'estmark', item: 'x', serial: plot.name() };
  const verifyBy = addDays(day, plot.days(30));
  const how = plot.pick(['never', 'late', 'overdue']);
  const [, reported, ...more] = plot.anywhere(
    { stream, type: 'SerialRegistered', day, data },
    { stream, type: 'ItemReportedLost', day, data: { on: day, cause: 'x', verifyBy }, actor: holder },
    ...(how === 'late'
      ? [{ stream, type: 'LossReportRejected', day: addDays(verifyBy, 1), data: { reason: 'x' }, actor: monitor }]
      : []),
    ...(how === 'overdue'
      ? [{ stream, type: 'ItemStepBecameOverdue', day: plot.newest(), data: { step: 'verification', due: verifyBy } }]
      : []),
  );
  return more.at(-1) ?? reported;
};

/** R13: a transfer was carried out after the last day of its consent. */
const carriedOutTooLate: Planter = (plot) => {
  const done = plot.place(
    'ThirdPartyTransferCarriedOut',
    // On a later day the store that a retransfer names may not be certified (R9).
    (event) =>
      textIn(event, 'kind') !== 'retransfer' && plot.of('ThirdPartyTransferConsented', event.stream).length > 0,
  );
  if (done === undefined) return undefined;
  const until = textIn(plot.of('ThirdPartyTransferConsented', done.stream).at(-1) as RecordedEvent, 'until') ?? '';
  plot.replace(done, { on: addDays(until, 1 + plot.days(40)) });
  return done;
};
/** R13: an item was moved or disposed of without a transfer to which the donor consented. */
const movedWithoutConsent: Planter = (plot) => {
  const moved = plot.place(plot.either() ? 'ItemDisposed' : 'ItemTransferred');
  if (moved !== undefined) plot.replace(moved, { transfer: `estmark.${plot.name()}` });
  return moved;
};

/** R14: the notice of a transfer came late, or never. */
const noticeLate: Planter = (plot) => {
  const stepOver = (event: RecordedEvent): boolean =>
    plot.of('ItemStepBecameOverdue', event.stream).some((one) => textIn(one, 'step') === 'notice');
  /** The detections that were no mistake. */
  const detectedIn = (stream: string): readonly RecordedEvent[] => {
    const mistakes = plot.of('UnauthorisedTransferWithdrawn', stream).map((one) => textIn(one, 'corrects'));
    return plot.of('UnauthorisedTransferDetected', stream).filter(({ id }) => !mistakes.includes(id));
  };
  const notified = plot.place('LegislatureNotifiedOfTransfer', (event) => {
    const detected = detectedIn(event.stream);
    return !stepOver(event) && detected.length === 1 && !plot.isBroken(detected[0] as RecordedEvent);
  });
  if (notified === undefined) return undefined;
  const [detected] = detectedIn(notified.stream);
  if (plot.either()) {
    plot.remove(notified);
    return detected;
  }
  plot.replace(notified, { on: addDays(textIn(detected as RecordedEvent, 'notifyBy') ?? '', 1 + plot.days(60)) });
  return notified;
};

const MOVEMENTS: Readonly<Record<string, readonly [string, string]>> = {
  committed: ['FundsCommitted', 'FundsDecommitted'],
  obligated: ['FundsObligated', 'FundsDeobligated'],
  disbursed: ['FundsDisbursed', 'FundsReimbursed'],
  spent: ['ExpenditureReported', 'ExpenditureCorrected'],
};
/** R15: more reached a stage than the stage before it, and went back at once. */
const stageOvertaken: Planter = (plot) => {
  const bound = (event: RecordedEvent): readonly string[] =>
    listIn<string>(event, 'stages').filter((stage) => stage !== 'pledged');
  const opened = plot.place('FundingAccountOpened', (event) => !isReported(event) && bound(event).length > 1);
  if (opened === undefined) return undefined;
  const stage = plot.pick(bound(opened).slice(1)) as string;
  const [forward, back] = MOVEMENTS[stage] as readonly [string, string];
  const beside = plot.pick(plot.ofStream(opened.stream)) as RecordedEvent;
  const data = { amount: 8_900_000_000_000_000 + plot.days(1000), period: '2026' };
  // The other way round it would break the rule for the stage that follows.
  const { stream } = opened;
  return plot.after(
    beside,
    { stream, type: forward, day: LONG_AGO, data },
    { stream, type: back, day: LONG_AGO, data },
  )[0];
};

/** R16: a case was executed without acceptance, or without some of its deposit. */
const executedTooEarly: Planter = (plot) => {
  const { lines } = ownCase(plot);
  const [asked, implemented] = lines as readonly [Planted, Planted];
  const on = (type: string, data: object): Planted => ({ ...asked, type, data });
  const offer = { offer: 'basic', lines: [], value: 200, currency: 'USD', validUntil: LATER, deliveryPoint: 'receipt' };
  const accepted = [on('OfferAccepted', { offer: 'basic', value: 200, currency: 'USD' })];
  const isAccepted = plot.either();
  return plot
    .anywhere(
      asked,
      on('OfferPrepared', { ...offer, initialDeposit: 100 }),
      on('OfferMade', { offer: 'basic', validUntil: LATER }),
      ...(isAccepted ? accepted : []),
      on('InitialDepositReceived', { amount: isAccepted ? plot.days(100) : 100, currency: 'USD' }),
      { ...implemented, data: { deposited: 0, currency: 'USD' } },
    )
    .at(-1);
};
/** R16: two consignments bring more of a line than it orders. */
const scheduledTwice: Planter = (plot) => {
  const { id, lines } = ownCase(plot);
  const [asked] = lines as readonly [Planted];
  const ordered = 1 + plot.days(2);
  const [one] = ownShipment(plot, id) as readonly [Planted];
  const [other] = ownShipment(plot, id) as readonly [Planted];
  const more = { ...other, data: { ...other.data, lines: [{ line: '001', quantity: ordered }] } };
  const added = { ...asked, type: 'CaseLineAdded', data: { line: '001', quantity: ordered } };
  return plot.anywhere(...lines, added, one, more).at(-1);
};
/** R16: an offer was made without the notice that it needs, or before that had run out. */
const offeredWithoutNotice: Planter = (plot) => {
  const { programme, lines } = ownProgramme(plot);
  const [asked] = ownCase(plot, programme).lines as readonly [Planted];
  const noticeDays = plot.pick([15, 30, undefined]);
  const made = addDays(LONG_AGO, 100);
  const notifiedOn = addDays(made, 1 - (noticeDays ?? 30));
  const offer = { offer: 'basic', lines: [], currency: 'USD', validUntil: LATER, deliveryPoint: 'receipt' };
  const value = noticeDays === undefined ? 50_000_000_00 + plot.days(100) : 100;
  const notice = { offer: 'basic', on: notifiedOn, until: made };
  return plot
    .anywhere(
      ...lines,
      asked,
      { ...asked, type: 'OfferPrepared', data: { ...offer, value, initialDeposit: 0, noticeDays } },
      ...(plot.either() ? [{ ...asked, type: 'LegislatureNotifiedOfOffer', data: notice }] : []),
      { ...asked, type: 'OfferMade', day: made, data: { offer: 'basic', validUntil: LATER } },
    )
    .at(-1);
};
/** R16: a shipment under a case that was never executed. */
const shippedUnexecuted: Planter = (plot) => {
  const { id, lines } = ownCase(plot);
  return plot.anywhere(...lines.slice(0, 1), ...ownShipment(plot, id)).at(-1);
};

/** R30: an offer was accepted before it was made. */
const acceptedTooEarly: Planter = (plot) => {
  const [asked] = ownCase(plot).lines as readonly [Planted];
  const on = (type: string, data: object, days = 0): Planted => ({
    ...asked,
    type,
    data,
    day: addDays(LONG_AGO, days),
  });
  const offer = { offer: 'basic', lines: [], value: 200, currency: 'USD', validUntil: LATER, deliveryPoint: 'receipt' };
  const made = 1 + plot.days(30);
  return plot
    .anywhere(
      asked,
      on('OfferPrepared', { ...offer, initialDeposit: 100 }),
      on('OfferMade', { offer: 'basic', validUntil: LATER }, made),
      on('OfferAccepted', { offer: 'basic', value: 200, currency: 'USD' }, made - 1),
    )
    .at(-1);
};

const ownMisuse = (plot: Plot): string =>
  `misuse-case/sealed.e${plot.name().slice('planted-'.length).padStart(31, '0')}`;
const flagged = (stream: string): Planted => ({
  stream,
  type: 'MisuseFlagged',
  day: LONG_AGO,
  data: { accused: 'ostra', recipient: 'estmark', scopes: [], acknowledgeBy: LATER, triageBy: LATER },
});
/** R18: a finding, or a resumption, or a closure, before what must come first. */
const misuseOutOfOrder: Planter = (plot) => {
  const stream = ownMisuse(plot);
  const on = (type: string, data: object = {}): Planted => ({ stream, type, day: LONG_AGO, data });
  const put = on('AllegationPutToRecipient', { to: [], replyBy: LATER });
  const found = on('MisuseSubstantiated', { ground: 'x', measureBy: LATER });
  const courses = [
    [found],
    [put, on('RecipientReplyReceived'), found, on('MisuseCaseClosed', { reason: 'x' })],
    [on('InvestigatorAssigned', { investigator: 'ostra' })],
    [on('AssurancesReceived'), on('AssistanceResumed', { scopes: [], reason: 'x' })],
    [on('RemediationVerified'), on('AssistanceResumed', { scopes: [], reason: 'x' })],
  ];
  return plot.anywhere(flagged(stream), ...(plot.pick(courses) ?? [])).at(-1);
};
/** R18: the accused of a case of the history investigates it. */
const accusedInvestigates: Planter = (plot) => {
  const assigned = plot.place('InvestigatorAssigned', (event) =>
    plot.of('MisuseReportCorrected', event.stream).every((one) => textIn(one, 'accused') === undefined),
  );
  if (assigned === undefined) return undefined;
  const [report] = plot.of('MisuseFlagged', assigned.stream);
  plot.replace(assigned, { investigator: textIn(report as RecordedEvent, 'accused') });
  return assigned;
};
/** R18: a step of a case was late, or its precaution did not lapse. */
const misuseStepMissed: Planter = (plot) => {
  const stream = ownMisuse(plot);
  const day = addDays(plot.newest(), -100);
  const limits = { notify: 1 + plot.days(5), open: 1 + plot.days(5), reply: 5, conclude: 5, measure: 5 };
  const until = addDays(day, plot.days(90));
  const data = {
    incidentType: 'x',
    noticeRequired: true,
    escalation: 'minister',
    limits,
    openBy: LATER,
    notifyBy: LATER,
  };
  const triaged: Planted = { stream, type: 'MisuseTriaged', day, data };
  const notice = (on: string): Planted => ({
    stream,
    type: 'LegislatureNotifiedOfPossibleViolation',
    day: on,
    data: {},
  });
  const opened = (on: string): Planted => ({
    stream,
    type: 'InvestigationOpened',
    day: on,
    data: { concludeBy: LATER },
  });
  const concluded: Planted = { stream, type: 'MisuseDismissed', day: addDays(day, 5), data: { ground: 'x' } };
  const ordered: Planted = { stream, type: 'PrecautionarySuspensionOrdered', day, data: { scopes: [], until } };
  const late = addDays(day, Math.max(limits.open, limits.notify) + 1);
  const courses = [[ordered], [triaged, opened(day), concluded, notice(late)], [triaged, notice(day), opened(late)]];
  const course = plot.pick(courses) ?? [];
  const ends = course.at(-1)?.type === 'InvestigationOpened' ? [{ ...concluded, day: late }] : [];
  const made = plot.anywhere(flagged(stream), ...course, ...ends);
  return made[course.length];
};

/** R19: a scope was stopped just before assistance was given there, and released just after. */
const givenWhileStopped: Planter = (plot) => {
  const opening: Readonly<Record<string, string>> = {
    ConsignmentShipped: 'DeliveryScheduled',
    CaseImplemented: 'AssistanceRequested',
    FundsDisbursed: 'FundingAccountOpened',
    TraineeEnrolled: 'TrainingPlanned',
    TrainingStarted: 'TrainingPlanned',
  };
  const openedBy = (event: RecordedEvent): RecordedEvent | undefined =>
    plot.of(opening[event.type] ?? '', event.stream)[0];
  const given = plot.placeOfAny(
    Object.keys(opening),
    (event) => openedBy(event) !== undefined && !isReported(openedBy(event)),
  );
  if (given === undefined) return undefined;
  const { type } = given;
  const opened = openedBy(given) as RecordedEvent;
  const day = type === 'ConsignmentShipped' || type === 'TrainingStarted' ? (textIn(given, 'on') ?? '') : dayOf(given);
  const unit = type === 'TrainingStarted' ? undefined : textIn(given, 'unit');
  const of = type === 'CaseImplemented' ? idOf(given) : textIn(opened, 'case');
  const programme = textIn(opened, 'programme');
  const scope = plot.pick([
    { kind: 'country', id: textIn(opened, 'recipient') },
    ...(programme === undefined ? [] : [{ kind: 'programme', id: programme }]),
    ...(of === undefined ? [] : [{ kind: 'case', id: of }]),
    ...(unit === undefined ? [] : [{ kind: 'unit', id: unit }]),
  ]);
  const hold = plot.name();
  const stream = `hold/${scope?.kind}.${scope?.id}`;
  const donor = plot.either() ? { donor: textIn(opened, 'donor') } : {};
  const held = { scope, hold, basis: 'misuse', reason: 'planted', ...donor };
  if (type === 'ConsignmentShipped' && plot.either()) {
    const own = (held: string): Planted => ({ stream: given.stream, type: held, day, data: { reason: 'planted' } });
    plot.before(given, own('ShipmentHeld'));
    plot.after(given, own('ShipmentReleased'));
    return given;
  }
  plot.before(given, { stream, type: 'HoldPlaced', day, data: held });
  plot.after(given, { stream, type: 'HoldReleased', day, data: { hold, reason: 'planted' } });
  return given;
};

/** R19: a case was executed after its programme had ended; another one, recorded later, before. */
const givenAfterTheEnd: Planter = (plot) => {
  const { programme, lines } = ownProgramme(plot);
  const day = addDays(LONG_AGO, 1 + plot.days(7000));
  const yesterday = addDays(day, -1);
  const end = plot.either()
    ? { type: 'ProgrammeTerminated', data: { reason: 'planted' } }
    : { type: 'ProgrammeCompleted', data: { on: yesterday } };
  const executed = (on: string): readonly Planted[] =>
    ownCase(plot, programme).lines.map((line) => (line.type === 'CaseImplemented' ? { ...line, day: on } : line));
  const ended: Planted = { stream: `programme/${programme}`, day, ...end };
  return plot.anywhere(...lines, ended, ...executed(yesterday), ...executed(day)).at(-1);
};

/** R20: a remote check that names no situation. */
const remoteWithoutSituation: Planter = (plot) => {
  const performed = plot.place(
    'EndUseCheckPerformed',
    (event) => textIn(event, 'manner') === 'remote' && plot.of('CheckDayCorrected', event.stream).length === 0,
  );
  if (performed !== undefined) plot.replace(performed, { situation: `norland.${plot.name()}` });
  return performed;
};
/** R20: remote monitoring began before any instability. */
const remoteTooEarly: Planter = (plot) => {
  const opened = plot.place('CountrySituationOpened');
  if (opened === undefined) return undefined;
  const on = addDays(LONG_AGO, plot.days(7000));
  const data = { mode: 'remote', on, reason: 'planted' };
  return plot.after(opened, { stream: opened.stream, type: 'MonitoringModeChanged', day: dayOf(opened), data })[0];
};

/** R28: a training was completed without its cost, or its numbers. */
const reportIncomplete: Planter = (plot) => {
  const completed = plot.place('TrainingCompleted');
  if (completed !== undefined) plot.replace(completed, { [plot.either() ? 'cost' : 'completed']: undefined });
  return completed;
};

/** How each rule that has a control is broken. */
export const PLANTERS: Readonly<Record<string, readonly Planter[]>> = {
  R1: [executedWithoutAgreement, executedOutsideAgreement],
  R5: [shippedToUncleared, heldUncleared],
  R6: [shippedUnbarred],
  R7: [enrolledWhileSuspended, enrolledTooEarly],
  R8: [returnedUnremedied, waiverUnreported, reportRemoved],
  R9: [shippedWithoutSerials, receivedUncertified],
  R10: [serialNotChecked, checkNeverPlanned, dueTooLate('enhanced', 365), checkMissed('enhanced')],
  R11: [sampleMiscounted, dueTooLate('routine', 90), checkMissed('routine')],
  R12: [verifiedByReporter, lossUnanswered],
  R13: [carriedOutTooLate, movedWithoutConsent],
  R14: [noticeLate],
  R15: [stageOvertaken],
  R16: [executedTooEarly, offeredWithoutNotice, scheduledTwice, shippedUnexecuted],
  R18: [misuseOutOfOrder, accusedInvestigates, misuseStepMissed],
  R19: [givenWhileStopped, givenAfterTheEnd],
  R20: [remoteWithoutSituation, remoteTooEarly],
  R28: [reportIncomplete],
  R30: [acceptedTooEarly],
};

/** A history with breaches, and what is to be found of them. */
export interface PlantedHistory {
  readonly events: readonly RecordedEvent[];
  readonly expected: readonly PlantedFinding[];
}

/**
 * Plants a breach of each of these rules in a history, at places by chance; the events that break a
 * rule already are no places.
 */
export function plant(
  history: readonly RecordedEvent[],
  broken: ReadonlySet<string>,
  rules: readonly string[],
  chance: Chance,
): PlantedHistory {
  const plot = new Plot([...history], chance, broken);
  const expected: PlantedFinding[] = [];
  for (const rule of rules) {
    const planters = PLANTERS[rule] ?? [];
    const from = chance(planters.length);
    // Where one finds no place, the next one does.
    for (const planter of [...planters.slice(from), ...planters.slice(0, from)]) {
      const event = planter(plot);
      if (event === undefined) continue;
      expected.push(`${rule} ${event.id}`);
      break;
    }
  }
  return { events: plot.history(), expected };
}
