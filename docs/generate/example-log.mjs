/**
 * The events of the example scenario, and the screens that each of them moves. `parts` are the
 * libraries: the built ones for the documents, the sources for the tests.
 */

/** Read models and views for audits: they have every event. */
export const AUDIT = ['journal', 'consultations', 'outdated-decisions'];

const DAY_MS = 86_400_000;

/** Fills in the ids of earlier events. */
function filledIn({ body, events }, idOf) {
  const copy = structuredClone(body);
  for (const [path, step] of Object.entries(events)) {
    const [last, ...rest] = path.split('.').reverse();
    rest.reverse().reduce((at, name) => at[name], copy)[last] = idOf(step);
  }
  return copy;
}

/** Decides the steps of the example scenario; the events with the types of their commands. */
export async function exampleLog(parts, store, today) {
  const { exampleScenario, commandAt, readBody, readActor, ExecuteCommand, Executor, Pseudonymizer, kinds } = parts;
  const executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), { note: () => undefined });
  const commands = new Map();
  const last = new Map();
  let now = Date.parse(`${today}T12:00:00Z`);
  for (const one of exampleScenario(today)) {
    now += one.daysLater * DAY_MS + 1;
    const body = filledIn(one, (step) => last.get(step));
    const { type, body: contract } = commandAt(one.kind, one.path);
    const { data, common } = readBody(contract, body);
    const metadata = {
      actor: readActor(one.actor),
      commandId: `step-${one.step}`,
      correlationId: 'example',
      causationId: null,
      occurredAt: common.occurredAt ?? null,
      evidence: common.evidence ?? [],
      legalBasis: null,
    };
    const received = { stream: { kind: one.kind, id: one.id }, command: { type, data }, metadata, ifMatch: null, body };
    const result = await executor.execute(new ExecuteCommand(received, new Date(now).toISOString()));
    if (result.type !== 'accepted') throw new Error(`step ${one.step}: ${type}: ${JSON.stringify(result)}`);
    for (const { id } of result.receipt.events) commands.set(id, type);
    last.set(one.step, result.receipt.events.at(-1)?.id);
  }
  const events = [];
  for await (const batch of store.readLog(0n)) events.push(...batch);
  return { events, commands };
}

const nameOf = ({ stream, type }) => `${stream.slice(0, stream.indexOf('/'))}/${type}`;

/** Whether an event writes or ends a row that is shown: no head. */
function changesRow(foldRows, model, event, rows) {
  const { versions, closes } = foldRows(
    model,
    [event],
    rows,
    () => false,
    () => '',
  );
  return [...versions, ...closes.values()].some(({ key }) => model.head !== true || key !== '');
}

/** By event, as kind and type: the read models of which a row changes, and the views over them. */
export function screensMoved({ MODELS, VIEWS, foldRows }, events) {
  const moved = new Map(events.map((event) => [nameOf(event), new Set()]));
  for (const model of MODELS) {
    const rows = new Map();
    for (const event of events) if (changesRow(foldRows, model, event, rows)) moved.get(nameOf(event)).add(model.name);
  }
  return new Map(
    [...moved].map(([name, models]) => {
      const views = VIEWS.filter(({ movedBy }) => [...models].some((model) => (movedBy[model] ?? null) !== null));
      const screens = (of) => of.filter((one) => !AUDIT.includes(one));
      return [name, { models: screens([...models]), views: screens(views.map((view) => view.name)) }];
    }),
  );
}

/** By event, as kind and type: the types of the commands that record it. */
export function commandsOf({ events, commands }) {
  const found = Map.groupBy(
    events.filter(({ id }) => commands.has(id)),
    nameOf,
  );
  return new Map([...found].map(([name, all]) => [name, [...new Set(all.map(({ id }) => commands.get(id)))]]));
}
