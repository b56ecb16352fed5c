import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { ReadModelStore } from '@entente/engine';
import { allowOrigins, buildApp, serveDocs } from '@entente/http';
import { originsOf, runProcess, settingsOr, StartupDependencies } from '@entente/process';
import { ApiModule } from './api.module.js';
import { readConfig } from './config.js';

const NAME = "Entente's api";

async function bootstrap(): Promise<void> {
  const config = settingsOr(readConfig(process.env), NAME);
  const waits = new StartupDependencies((line) => process.stderr.write(`${NAME}: ${line}\n`));
  await runProcess({
    name: NAME,
    at: config.process,
    waitsFor: () => waits.status(),
    build: async (signal) => {
      const app = await buildApp(ApiModule.on(config, waits.until(signal)), config.limits);
      allowOrigins(app, originsOf(config.answers));
      serveDocs(app, app.get(ReadModelStore));
      return app;
    },
  });
}

void bootstrap();
