#!/usr/bin/env node
/**
 * The page at / in a real browser: the built server with its example data, read, clicked and typed
 * in. The browser is the one that CHROMIUM names, or /usr/bin/chromium. Ends with 1 where a step
 * does not hold.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startStandalone } from '../support/standalone-process.ts';
import { tables } from './tables.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.error(`there is no browser at ${executablePath}: install Chromium, or name one in CHROMIUM`);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'entente-browser-'));
const started = await startStandalone(join(folder, 'data'), 'on');
let browser;
const faults = [];
const watched = new Set();

/** A page that collects its errors. It is open when it has the element `until`. */
async function open(url, viewport, until = '#rows tr') {
  const page = await browser.newPage({ viewport });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => watched.add(new URL(request.url()).origin));
  await page.goto(url);
  await page.locator(until).first().waitFor();
  return page;
}
const step = async (title, check) => {
  await check();
  console.log(`ok  ${title}`);
};

try {
  const { url } = started;
  for (let tries = 0; tries < 200; tries += 1) {
    const { rows } = await (await fetch(`${url}/v1/read-models/donor-portfolio?donor=sudria`)).json();
    if (rows[0]?.pledged > 0) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });
  const page = await open(url, { width: 1300, height: 800 });
  const cells = async () => (await page.locator('#rows').textContent()) ?? '';

  await step('the example data is there, live', async () => {
    await page.getByText('live', { exact: true }).waitFor();
    assert.match(await cells(), /norland.*estmark/);
    assert.match(await cells(), /2,500,000\.00/);
  });
  await step('a pledge shows its receipt, and its row changes', async () => {
    await page.getByText('Pledge funds').click();
    await page.locator('#pledge [name=amount]').fill('12345');
    await page.locator('#pledge button').click();
    await page.locator('td.changed', { hasText: '2,500,123.45' }).waitFor();
    assert.match((await page.locator('#pledge .said').textContent()) ?? '', /Recorded\.[\s\S]*"after"/);
  });
  await step('a pledge from elsewhere appears without a touch', async () => {
    const answer = await fetch(`${url}/v1/funding-account/norland.border-fund/pledge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
      body: JSON.stringify({ amount: 55, period: '2030' }),
    });
    assert.equal(answer.status, 201);
    await page.locator('#rows td', { hasText: '2,500,124.00' }).waitFor();
  });
  await step('a click on a row shows the events that made it; Escape closes them', async () => {
    await page.locator('#rows tr', { hasText: 'norland' }).first().click();
    await page.locator('#panel article h4', { hasText: 'FundsPledged' }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#panel').waitFor({ state: 'hidden' });
  });
  await step(
    'every command is offered with an example; a refusal names its code, its rule and what it would take',
    async () => {
      await page.getByText('Send any command').click();
      assert.ok((await page.locator('#send [name=command] option').count()) > 80);
      await page.locator('#send [name=command]').selectOption('programme/suspend');
      assert.equal(await page.locator('#send [name=organisation]').inputValue(), 'norland');
      await page.locator('#send [name=id]').fill('sudria.signals');
      await page.locator('#send [name=organisation]').fill('sudria');
      await page.locator('#send button').click();
      await page.locator('#send .said.bad').waitFor();
      assert.match((await page.locator('#send .said').textContent()) ?? '', /422 not-active: [\s\S]*rule R19/);
    },
  );
  await step('a wrong body names each wrong field', async () => {
    await page.locator('#send [name=body]').fill('{"reason": 7, "other": 1}');
    await page.locator('#send button').click();
    await page.locator('#send .said', { hasText: 'validation-failed' }).waitFor();
    const problem = (await page.locator('#send .said').textContent()) ?? '';
    assert.match(problem, /reason: /);
    assert.match(problem, /other: /);
  });
  await step('the same table as of a day before all events is empty, and now brings it back', async () => {
    await page.locator('#asof').fill('2020-01-01');
    await page.locator('#asof').dispatchEvent('change');
    await page.getByText('Nothing was recorded by then.').waitFor();
    await page.locator('#now').click();
    await page.locator('#rows td', { hasText: '2,500,124.00' }).waitFor();
  });
  await step('a question leads to its table with its query, and is shown as the one that was asked', async () => {
    const asked = page.getByLabel('What do you want to know?');
    await asked.selectOption({ label: 'What is overdue?' });
    await page.locator('#title', { hasText: 'due dates' }).waitFor();
    await page.locator('#filters', { hasText: 'overdue' }).waitFor();
    assert.equal(await asked.inputValue(), '#due-dates?overdue=true&sort=due');
    await page.goBack();
    await page.locator('#title', { hasText: 'donor portfolio' }).waitFor();
    assert.equal(await asked.inputValue(), '#donor-portfolio');
  });
  await step('every read model opens, and on a narrow screen nothing is wider than the screen', async () => {
    const names = (await (await fetch(`${url}/v1/read-models`)).json()).readModels.map(({ name }) => name);
    const narrow = await open(url, { width: 360, height: 700 });
    for (const name of names) {
      await narrow.goto(`${url}/#${name}`);
      await narrow.locator('#title', { hasText: name.replaceAll('-', ' ') }).waitFor();
      await narrow.getByText('live', { exact: true }).waitFor();
      const width = await narrow.evaluate(() => globalThis.document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${name} is ${width} wide`);
    }
  });
  await tables(step, open, url);
  await step('nothing failed on the page, and it sent requests only to the deployment', () => {
    // The browser's console logs each refused command as a failed request; it must log no other
    // error.
    assert.deepEqual(
      faults.filter((text) => !/status of 4(00|22)/.test(text)),
      [],
    );
    assert.deepEqual([...watched], [url]);
  });
} finally {
  await browser?.close();
  started.signal('SIGTERM');
  await started.ended;
  rmSync(folder, { recursive: true, force: true });
}
