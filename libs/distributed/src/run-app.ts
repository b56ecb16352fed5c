import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildApp } from '@entente/http';
import { type Env, type Read, type SettingsIn, StartupDependencies, runProcess, settingsOr } from '@entente/process';
import type { appSettings } from './settings.js';

/**
 * Runs an app of the distributed deployment as a process, from its settings to its end: see
 * `runProcess`. `prepare` completes the app before it listens. If settings are wrong, the process
 * ends with all errors.
 */
export async function runApp<Config extends SettingsIn<ReturnType<typeof appSettings>>>(
  name: string,
  readConfig: (env: Env) => Read<Config>,
  moduleOn: (config: Config, waits: StartupDependencies) => DynamicModule,
  prepare: (app: NestFastifyApplication, config: Config) => void = () => undefined,
): Promise<void> {
  const config = settingsOr(readConfig(process.env), name);
  const waits = new StartupDependencies((line) => process.stderr.write(`${name}: ${line}\n`));
  await runProcess({
    name,
    at: config.process,
    waitsFor: () => waits.status(),
    build: async (signal) => {
      const app = await buildApp(moduleOn(config, waits.until(signal)), config.limits);
      prepare(app, config);
      return app;
    },
  });
}
