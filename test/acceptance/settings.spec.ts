import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readConfig as api } from '../../apps/api/src/config.js';
import { deploymentOf, onOwnFolder } from '../../apps/cli/src/deployments.js';
import { readConfig as intake } from '../../apps/intake/src/config.js';
import { readConfig as projector } from '../../apps/projector/src/config.js';
import { readConfig as relay } from '../../apps/relay/src/config.js';
import { readConfig as standalone } from '../../apps/standalone/src/config.js';
import { APPS } from '../../deploy/check/settings.mjs';
import { program } from '../support/app-process.mjs';

const READ = { api, relay, projector, intake, standalone };
const names = [...new Set(Object.values(APPS).flatMap(({ takes }) => takes))];

/** The names of the settings that an app reports as invalid. */
const wrongIn = (app: keyof typeof READ, env: Readonly<Record<string, string>>): string[] => {
  const read = READ[app](env);
  return 'wrong' in read ? read.wrong.map((line) => String(/^\w+/.exec(line))) : [];
};

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
