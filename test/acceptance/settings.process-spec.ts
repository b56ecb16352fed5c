import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { readConfig as api } from '../../apps/api/src/config.js';
import { deploymentOf, onOwnFolder } from '../../apps/cli/src/deployments.js';
import { readConfig as intake } from '../../apps/intake/src/config.js';
import { readConfig as projector } from '../../apps/projector/src/config.js';
import { readConfig as steward } from '../../apps/steward/src/config.js';
import { readConfig as relay } from '../../apps/relay/src/config.js';
import { readConfig as standalone } from '../../apps/standalone/src/config.js';
import { APPS } from '../../deploy/check/settings.mjs';
import { program } from '../support/app-process.mjs';

const READ = { api, relay, projector, intake, steward, standalone };
const names = [...new Set(Object.values(APPS).flatMap(({ takes }) => takes))];

/** The names of the settings that an app reports as invalid. */
const wrongIn = (app: keyof typeof READ, env: Readonly<Record<string, string>>): string[] => {
  const read = READ[app](env);
  return 'wrong' in read ? read.wrong.map((line) => String(/^\w+/.exec(line))) : [];
};

describe('a program that cannot start names what to change', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-start-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (parameters: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ENTENTE_')));
    const options = { cwd: folder, env: { ...rest, ...env }, encoding: 'utf8', timeout: 30_000 } as const;
    const { status, stderr } = spawnSync(process.execPath, parameters, options);
    return { status, stderr };
  };

  it('the port, if another program has it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const PORT = String((other.address() as AddressInfo).port);
    const { status, stderr } = run([program('standalone')], { PORT, HOST: '127.0.0.1', ENTENTE_DATA: 'taken' });
    other.close();
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^Entente cannot start: .*EADDRINUSE.*; PORT names another \(0: a free one\)$/m),
    ]);
  });
  it('the data folder, if the one of the command line holds no log', () =>
    expect(run([program('cli'), 'verify']).stderr).toBe(
      'entente: ./data holds no log: start Entente there first, or name another folder by --data or ENTENTE_DATA\n',
    ));
  it('the version of Node.js, before anything is run', () => {
    const old = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.1.0'})`;
    for (const script of [program('standalone'), program('cli')]) {
      const { status, stderr } = run(['--import', old, script]);
      expect([script, status, stderr]).toEqual([
        script,
        1,
        expect.stringMatching(/^Entente [^\n]*Node\.js 24 or newer, and this is 20\.1\.0[^\n]*\n$/),
      ]);
    }
  });
});

describe('the command line', () => {
  it('prints its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(spawnSync(process.execPath, [program('cli'), '--version'], { encoding: 'utf8' }).stdout).toBe(
      `${version}\n`,
    );
  });

  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it('uses no data folder if a distributed deployment is chosen without an address', () => {
    delete process.env['ESDB_URL'];
    expect(onOwnFolder({})).toBe(true);
    process.env['ENTENTE_DEPLOYMENT'] = 'distributed';
    expect(() => deploymentOf({})).toThrow(/ESDB_URL: is missing/);
    expect(onOwnFolder({ data: '../data' })).toBe(true);
  });

  it('refuses an unknown deployment', () => {
    process.env['ENTENTE_DEPLOYMENT'] = 'services';
    expect(() => onOwnFolder({})).toThrow('ENTENTE_DEPLOYMENT: takes standalone or distributed, not services');
    process.env['ENTENTE_DEPLOYMENT'] = 'standalone';
    process.env['ESDB_URL'] = 'esdb://localhost:2113?tls=false';
    expect(onOwnFolder({})).toBe(true);
    process.env['ENTENTE_DEPLOYMENT'] = '';
    expect(onOwnFolder({})).toBe(false);
  });
});

describe.each(Object.keys(READ) as (keyof typeof READ)[])(
  'the settings that the deployment files give to %s',
  (app) => {
    it('include everything that it requires', () => {
      expect(wrongIn(app, {}).sort()).toEqual([...(APPS[app]?.requires ?? [])].sort());
    });

    it('include exactly what it reads', () => {
      // None of them can be a line break.
      const heeded = names.filter((name) => wrongIn(app, { [name]: '\n' }).includes(name));
      expect(heeded.sort()).toEqual([...(APPS[app]?.takes ?? [])].sort());
    });
  },
);

describe('the standalone process', () => {
  it('reads no file instead of a setting, and takes no empty data folder', () => {
    expect(standalone({ PORT_FILE: '/away' })).toHaveProperty('settings.process.port', 3000);
    expect(wrongIn('standalone', { ENTENTE_DATA: '' })).toEqual(['ENTENTE_DATA']);
    expect(wrongIn('relay', { PORT_FILE: '/away' })).toContain('PORT_FILE');
  });
});
