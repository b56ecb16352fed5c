import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** The columns for which the readers of a table came: late, money, dates, status. */
const WANTED = {
  'donor-portfolio':
    'on_time_percent mean_days_late_first consignments_overdue currency pledged committed obligated disbursed spent status',
  programmes: 'title elapsed_percent status starts ends milestones_met milestones_missed',
  milestones: 'milestone overdue days_late_first days_late_plan due actual status',
  funding: 'currency pledged committed obligated disbursed spent period available_until',
  movements: 'occurred_on recorded_on stage amount currency',
  'expiring-funds': 'fund expired days_left available_until currency remaining stage',
  disbursements: 'overdue days_late currency planned disbursed due disbursed_on status',
  'recipient-pipeline':
    'item stream overdue days_late_plan days_late_first quantity unit amount currency due status awaits waits_for',
  deliverables:
    'item overdue days_late_first days_late_plan value currency due state quantity unit delivered on_the_way unscheduled',
  'due-dates': 'duty item overdue days_late due status waits_for organisation',
  'recipient-tasks': 'task what overdue days_late due item quantity unit',
  'recorded-facts': 'fact recorded_by recorded_on concerned status amount currency',
  'end-use-checks': 'overdue days_late due type status holder item items value currency',
  items: 'serial item_type holder site status check_overdue check_by',
  barred: 'subject status barred_on bar_reason next overdue due',
  'consigned-items': 'item overdue days_late_first scheduled received due shipped_on received_on status',
  deliveries: 'item occurred_on quantity unit',
  cases: 'currency value final_value deposited requested_on accepted_on status awaits',
  consignments: 'overdue days_late_first days_late_plan due shipped_on received_on status awaits',
  discrepancies: 'type quantity reported_on answered_on outcome',
  'misuse-register': 'allegation overdue days_late next_step next_due flagged_on closed_on status measure conditions',
  recoveries: 'occurred_on amount currency',
  stakeholders: 'name status registered_on roles',
  mandates: 'organisation acts role lapsed last_day',
  journal: 'recorded_at occurred_at recorded_late hours_late type stream actor_organisation actor_role actor_person',
  'serials-received-twice': 'item serial received_on other_received_on donor other_donor consignment other_consignment',
  'outdated-decisions': 'recorded_at type decided consulted_stream actual_revision',
  consultations: 'recorded_at type decided consulted_stream consulted_revision',
};

/** More rows than the page reads at once. */
const MANY = 260;

/** What the tables of the page can do: order, address, CSV, search, columns, forms. */
export async function tables(step, open, url) {
  const api = async (query) => (await fetch(`${url}/v1/read-models/${query}`)).json();
  const pledge = (amount) =>
    fetch(`${url}/v1/funding-account/norland.border-fund/pledge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
      body: JSON.stringify({ amount, period: '2031' }),
    });
  for (let n = 1; n <= MANY; n += 1) assert.equal((await pledge(100 * n)).status, 201);
  while ((await api('movements?period=2031')).totals[0]?.count !== MANY)
    await new Promise((done) => setTimeout(done, 50));

  await step('the panel of a row with more events than a page has names how many, and shows them all', async () => {
    const panel = await open(`${url}/#funding?period=2031`, { width: 1400, height: 800 });
    await panel.locator('#rows tr').first().click();
    const earlier = panel.locator('#earlier', { hasText: /of [0-9]+ events/ });
    await earlier.waitFor();
    const all = Number(/of ([0-9]+) events/.exec(await earlier.textContent())?.[1]);
    assert.ok(all >= MANY);
    for (let there = 100; there < all; there += 100) {
      await panel.locator('#earlier', { hasText: `The newest ${there} of ${all}` }).click();
      await panel.locator('#panel article').nth(there).waitFor();
    }
    assert.equal(await panel.locator('#panel article').count(), all);
    assert.equal(await panel.locator('#earlier').isHidden(), true);
    await panel.close();
  });
  const page = await open(`${url}/#movements?period=2031`, { width: 1400, height: 800 });
  const column = async (name, on = page) => {
    const names = await on.locator('#head th').allTextContents();
    return on.locator(`#rows tr td:nth-child(${names.indexOf(name) + 1})`).allTextContents();
  };
  const sortByAmount = () => page.locator('#head button', { hasText: /^amount$/ }).click();
  const amounts = (from, to) => {
    const all = Array.from({ length: MANY }, (_, i) => `${(i + 1).toLocaleString('en')}.00`);
    return (from < to ? all : all.reverse()).slice(0, 200);
  };
  /** Waits until a column has exactly these values. */
  const shows = async (name, values, on = page) => {
    for (let tries = 0; tries < 100; tries += 1) {
      if (JSON.stringify(await column(name, on)) === JSON.stringify(values)) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    assert.deepEqual(await column(name, on), values);
  };

  await step('a click on the name of a column sorts the whole table, not only the rows shown', async () => {
    await page.getByText(`200 of ${MANY} rows shown`).waitFor();
    await sortByAmount();
    await shows('amount', amounts(1, MANY));
    await sortByAmount();
    await shows('amount', amounts(MANY, 1));
    assert.equal(await page.locator('th', { hasText: 'amount' }).getAttribute('aria-sort'), 'descending');
  });
  await step('more rows follow the first ones, and a change still comes by itself, at its place', async () => {
    await page.getByText('More rows').click();
    await page.getByText(`${MANY} of ${MANY} rows shown`).waitFor();
    assert.equal((await pledge(100 * (MANY + 1))).status, 201);
    await page.getByText(`${MANY + 1} of ${MANY + 1} rows shown`).waitFor();
    assert.deepEqual((await column('amount')).slice(0, 2), [`${MANY + 1}.00`, `${MANY}.00`]);
  });
  await step('filter, order and date are in the address: reload, back and a shared link show the same', async () => {
    await page.goto(`${url}/#movements`);
    await page.locator('#column').selectOption('stage');
    await page.locator('#value').fill('obligated');
    await page.locator('#narrow').click();
    await shows('amount', ['480,000.00', '900,000.00']);
    await sortByAmount();
    await sortByAmount();
    await shows('amount', ['900,000.00', '480,000.00']);
    const day = new Date(Date.now() - 230 * 86_400_000).toISOString().slice(0, 10);
    await page.locator('#asof').fill(day);
    await shows('amount', ['900,000.00']);
    assert.equal(new URL(page.url()).hash, `#movements?stage=obligated&sort=-amount&as-of=${day}`);
    await page.reload();
    await shows('amount', ['900,000.00']);
    await page.getByText(`as of the end of ${day}`).waitFor();
    assert.equal(await page.locator('#asof').inputValue(), day);
    const shared = await open(page.url(), { width: 1400, height: 800 });
    await shows('amount', ['900,000.00'], shared);
    await shared.close();
    await page.goBack();
    await shows('amount', ['900,000.00', '480,000.00']);
    await page.goBack();
    await page.goBack();
    await shows('amount', ['480,000.00', '900,000.00']);
    await page.getByRole('button', { name: 'stage: obligated ×' }).click();
    await page.getByText(`200 of ${(await api('movements?limit=1000')).rows.length} rows shown`).waitFor();
  });
  await step('an address that the API does not understand shows what is wrong in it', async () => {
    const wrong = await open(`${url}/#movements?sort=nothing`, { width: 1400, height: 800 }, '#empty:not([hidden])');
    assert.match((await wrong.locator('#empty').textContent()) ?? '', /sort: nothing is no column to sort by/);
    await wrong.close();
  });
  await step('the CSV has all rows of the filter, in the order and as of the date of the table', async () => {
    await page.goto(`${url}/#movements?period=2031&sort=-amount&as-of=${new Date().toISOString().slice(0, 10)}`);
    await shows('amount', ['261.00', ...amounts(MANY, 1)].slice(0, 200));
    const downloading = page.waitForEvent('download');
    await page.locator('#csv').click();
    const download = await downloading;
    assert.match(download.suggestedFilename(), /^movements_[0-9-]{10}_position-[0-9]+\.csv$/);
    const [head, ...lines] = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    assert.match(head, /,period,currency,stage,amount \(minor units\),/);
    assert.deepEqual(
      lines.map((line) => Number(/,2031,USD,pledged,(\d+),/.exec(line)?.[1])),
      Array.from({ length: MANY + 1 }, (_, i) => 100 * (MANY + 1 - i)),
    );
  });
  await step('a text finds the rows that contain it, and stays in the address', async () => {
    await page.goto(`${url}/#programmes`);
    await page.locator('#rows tr').nth(1).waitFor();
    await page.locator('#contains').fill('SECURE');
    await page.locator('#contains').press('Enter');
    await shows('title', ['Secure signals']);
    assert.equal(new URL(page.url()).hash, '#programmes?contains=SECURE');
    await page.locator('#contains').fill('no such text');
    await page.locator('#contains').press('Enter');
    await page.getByText('No row has contains = no such text.').waitFor();
  });
  await step('at a width of 1400 the columns that readers came for are visible in every table', async () => {
    for (const [name, wanted] of Object.entries(WANTED)) {
      await page.goto(`${url}/#${name}`);
      await page.locator('#title', { hasText: new RegExp(`^${name.replaceAll('-', ' ')}$`) }).waitFor();
      await page.locator('#shown', { hasText: 'rows shown' }).waitFor();
      const visible = await page.evaluate(() => {
        const { right } = globalThis.document.querySelector('.scroll').getBoundingClientRect();
        return [...globalThis.document.querySelectorAll('#head th')]
          .filter((head) => head.getBoundingClientRect().right <= right + 1)
          .map((head) => head.textContent);
      });
      const hidden = wanted.split(' ').filter((one) => !visible.includes(one.replaceAll('_', ' ')));
      assert.deepEqual([name, hidden], [name, []]);
    }
  });
  await step('money is asked for as it had moved by a day, where it can be', async () => {
    await page.goto(`${url}/#programmes`);
    await page.locator('#title', { hasText: /^programmes$/ }).waitFor();
    assert.equal(await page.locator('#occurred').isVisible(), false);
    await page.goto(`${url}/#funding`);
    await page.locator('#occurred').fill('2000-01-01');
    await page.locator('#occurred').dispatchEvent('change');
    await page.locator('#rows', { hasNot: page.locator('tr') }).waitFor({ state: 'attached' });
    assert.equal(new URL(page.url()).hash, '#funding?occurred-by=2000-01-01');
    const by = (await api('funding?occurred-by=2000-01-01')).rows.length;
    await page.locator('#shown', { hasText: `${by} of ${by} rows shown` }).waitFor();
  });
  await step('a long id is short, with the whole as its title; the name of an event is whole', async () => {
    await page.goto(`${url}/#journal?contains=MisuseReportAcknowledged`);
    await page.locator('#rows td', { hasText: /^MisuseReportAcknowledged$/ }).waitFor();
    const id = page.locator('#rows td', { hasText: /^misuse-ca…28e71d594$/ });
    assert.equal(await id.getAttribute('title'), 'misuse-case/sealed.0e9a5c8fb1d24d37a6c0f3b28e71d594');
  });
  await step('the journal begins with the time, the newest event first', async () => {
    await page.goto(`${url}/#journal`);
    await page.locator('#rows tr').nth(199).waitFor();
    assert.equal((await page.locator('#head th').allTextContents())[0], 'recorded at');
    const times = await column('recorded at');
    assert.deepEqual(times, [...times].sort().reverse());
    const [newest] = (await api('journal?sort=-recorded_at&limit=1')).rows;
    assert.equal(times[0], newest.recorded_at.slice(0, 16).replace('T', ' '));
  });
  await step('tables of the log offer no commands, and a receipt does not stay at another table', async () => {
    assert.equal(await page.locator('#forms').isVisible(), false);
    await page.goto(`${url}/#donor-portfolio`);
    await page.getByText('Pledge funds').click();
    await page.locator('#pledge button').click();
    await page.locator('#pledge .said', { hasText: 'Recorded.' }).waitFor();
    await page.goto(`${url}/#stakeholders`);
    await page.getByText('Send any command').waitFor();
    assert.equal(await page.getByText('Pledge funds').isVisible(), false);
    await page.goto(`${url}/#funding`);
    await page.locator('#pledge').waitFor();
    assert.equal(await page.locator('#pledge .said').isVisible(), false);
  });
  await page.close();
}
