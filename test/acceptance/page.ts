import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';

/** The page that a deployment shows at its address. */
export function page(opens: DeploymentFactory): void {
  let deployment: Deployment;
  let page: string;
  let policy: string;
  beforeAll(async () => {
    deployment = await opens();
    const answer = await fetch(`${deployment.url}/`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/html');
    page = await answer.text();
    policy = String(answer.headers.get('content-security-policy'));
  });
  afterAll(() => deployment.end());

  describe('the page at /', () => {
    it('may run its own script and style and nothing else', () => {
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      for (const tag of ['script', 'style']) {
        const blocks = [...page.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, 'g'))];
        expect(blocks).toHaveLength(1);
        const digest = createHash('sha256')
          .update(blocks[0]?.[1] ?? '')
          .digest('base64');
        expect(policy).toContain(`${tag}-src 'sha256-${digest}'`);
      }
    });

    it('loads nothing from elsewhere, and inserts data as text, never as markup', () => {
      expect(page).not.toMatch(/https?:|\/\/[a-z]|@import|url\(/i);
      expect(page).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\seval\(|style="|\son[a-z]+="/);
    });

    it('shows money with the decimal digits of ISO 4217, whatever the browser has for its currency', async () => {
      const { currencies } = (await (await fetch(`${deployment.url}/v1/read-models`)).json()) as {
        currencies: Record<string, number | null>;
      };
      const [source] = /^ {6}function money\([^]*?^ {6}\}$/m.exec(page) ?? [];
      const shown = runInNewContext(`${source}; money`, { currencies, Intl, BigInt, String }) as (
        value: unknown,
        currency: string,
      ) => string;
      expect(['IQD', 'TND', 'KWD'].map((code) => shown(1234567, code))).toEqual(Array(3).fill('1,234.567'));
      const ofTwo = 'AFN ALL COP HUF IDR IRR LBP MGA MMK PKR SOS SYP USD YER'.split(' ');
      expect(ofTwo.map((code) => shown(1234567, code))).toEqual(ofTwo.map(() => '12,345.67'));
      expect(shown(-1234567, 'JPY')).toBe('−1,234,567');
      expect(shown('123456789012345678901234', 'CLF')).toBe('12,345,678,901,234,567,890.1234');
      expect([shown(5, 'XAU'), shown(5, 'toString')]).toEqual(['5', '5']);
    });

    it('explains amounts in units of one currency, each once', async () => {
      const [source] = /^ {6}const inUnits =[^;]*;$/m.exec(page) ?? [];
      const inUnits = runInNewContext(`${source}; inUnits`) as (text: string) => string;
      const { readModels } = (await (await fetch(`${deployment.url}/v1/read-models`)).json()) as {
        readModels: readonly { meanings: Record<string, string> }[];
      };
      const meanings = readModels.flatMap((model) => Object.values(model.meanings)).map(inUnits);
      const ofMoney = meanings.filter((text) => text.includes(' in units of '));
      expect(ofMoney.length).toBeGreaterThan(50);
      expect(ofMoney.filter((text) => !/ in units of (the|its|another|that) /.test(text))).toEqual([]);
      expect(meanings.filter((text) => /units of the currency of|in minor units/.test(text))).toEqual([]);
      expect(inUnits("in minor units of the case's currency")).toBe("in units of the case's currency");
    });

    it('labels the total without a currency as that of all, where rows repeat figures that are of no single one', () => {
      const [source] = /^ {6}function totalLabel\([^]*?^ {6}\}$/m.exec(page) ?? [];
      const words = (name: string): string => name.replaceAll('_', ' ');
      const label = runInNewContext(`${source}; totalLabel`, { words, String }) as (of: object, by: object) => string;
      const total = (currency: string | null, count: number) => ({ currency, counts: 'rows', count });
      const repeats = { by: ['currency'], shared: { of: 'programme' } };
      expect(label(total('EUR', 2), repeats)).toBe('EUR, rows: 2');
      expect(label(total(null, 0), repeats)).toBe('all currencies');
      expect(label(total(null, 3), repeats)).toBe('all currencies, without one, rows: 3');
      expect(label(total(null, 3), { by: ['currency'] })).toBe('no currency, rows: 3');
    });

    it('asks for the events behind a row as the row was asked for, a page at a time', () => {
      const [source] = /^ {6}function behind\([^]*?^ {6}\}$/m.exec(page) ?? [];
      const params = new URLSearchParams('day=2026-06-02&occurred-by=2026-06-01&currency=EUR&sort=-pledged');
      const globals = { params, model: { name: 'donor-portfolio' }, URLSearchParams };
      const behind = runInNewContext(`${source}; behind`, globals) as (id: string, before?: string) => string;
      const address = '/v1/read-models/donor-portfolio/events?row=a+b&day=2026-06-02&occurred-by=2026-06-01';
      expect([behind('a b'), behind('a b', '7')]).toEqual([address, `${address}&before=7`]);
    });

    it('sends one command for a double click, and another one for another pledge', async () => {
      const [send] = /^ {6}async function command\([^]*?^ {6}\}$/m.exec(page) ?? [];
      const [listen] =
        /^ {8}let pledgeKey = [^]*?\$\('pledge'\)\.addEventListener\('submit'[^]*?^ {8}\}\);$/m.exec(page) ?? [];
      const sent: { readonly key: string; readonly body: string; answer: (answer: object) => void }[] = [];
      const ask = (_: string, { headers, body }: { headers: Record<string, string>; body: string }) =>
        new Promise((answer) => sent.push({ key: headers['idempotency-key'] ?? '', body, answer }));
      const on: Record<string, (event: object) => void> = {};
      const button = { disabled: false };
      const fields = { account: { value: 'norland.a' }, amount: { value: '5' }, period: { value: '2026' } };
      const form = {
        elements: { ...fields, donor: { value: 'norland' } },
        addEventListener: (name: string, act: (event: object) => void) => (on[name] = act),
        querySelector: (of: string) => (of === '.said' ? {} : button),
      };
      let keys = 0;
      const globals = { $: () => form, ask, freshKey: () => `key-${(keys += 1)}`, JSON, Number, encodeURIComponent };
      runInNewContext(`${send}; ${listen}`, globals);
      const submit = (): void => on['submit']?.({ target: form, preventDefault: () => undefined });
      submit();
      // A disabled button sends nothing; the second click may have been under way before.
      expect(button.disabled).toBe(true);
      submit();
      expect(new Set(sent.map(({ key, body }) => key + body)).size).toBe(1);
      for (const { answer } of sent) answer({ ok: true, status: 201, body: {} });
      await new Promise((done) => setImmediate(done));
      expect(button.disabled).toBe(false);
      on['input']?.({ target: fields.amount });
      submit();
      expect(new Set(sent.map(({ key }) => key)).size).toBe(2);
    });

    it('lists each table once, in the group of its topic, and none apart', async () => {
      const { readModels: models } = (await (await fetch(`${deployment.url}/v1/read-models`)).json()) as {
        readModels: { name: string; topic: string | null }[];
      };
      const [source] = /^ {6}function showNav\([^]*?^ {6}\}$/m.exec(page) ?? [];
      const [first] = /^ {6}const FIRST_TOPICS = .*$/m.exec(page) ?? [];
      const [columns] = /^ {6}const FIRST = \{[^]*?^ {6}\};$/m.exec(page) ?? [];
      const listed: { readonly tag: string; readonly text: string }[] = [];
      const globals = {
        models,
        model: null,
        params: new URLSearchParams(),
        words: (name: string) => name,
        make: (tag: string, text: string) => ({ tag, text }),
        $: () => ({ replaceChildren: (...all: typeof listed) => listed.push(...all) }),
      };
      runInNewContext(`${first}; ${columns}; ${source}; showNav()`, globals);
      const headings = listed.filter(({ tag }) => tag === 'h2').map(({ text }) => text);
      expect(headings.slice(0, 3)).toEqual(['Donors', 'Recipients', 'Auditors']);
      expect(headings).toEqual([...new Set([...headings.slice(0, 3), ...models.map(({ topic }) => topic)])]);
      const tables = listed.filter(({ tag }) => tag === 'a').map(({ text }) => text);
      expect(tables[0]).toBe('donor portfolio');
      expect(tables.toSorted()).toEqual(models.map(({ name }) => name.replaceAll('-', ' ')).toSorted());
      const inGroup = (topic: string) => models.filter((one) => one.topic === topic).map(({ name }) => name);
      expect(inGroup('Equipment and end use')).toEqual(expect.arrayContaining(['serials-received-twice', 'items']));
    });

    it('labels each field', () => {
      for (const [field] of page.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)) {
        const before = page.slice(0, page.indexOf(field));
        expect(before.lastIndexOf('<label')).toBeGreaterThan(before.lastIndexOf('</label>'));
      }
    });
  });
}
