import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { buildApp } from '@entente/http';
import { runProcess, settingsOr, StartupDependencies } from '@entente/process';
import { readConfig } from './config.js';
import { StewardModule } from './steward.module.js';

const NAME = "Entente's steward";

async function bootstrap(): Promise<void> {
  const config = settingsOr(readConfig(process.env), NAME);
  const waits = new StartupDependencies((line) => process.stderr.write(`${NAME}: ${line}\n`));
  await runProcess({
    name: NAME,
    at: config.process,
    waitsFor: () => waits.status(),
    build: (signal) => buildApp(StewardModule.on(config, waits.until(signal)), config.limits),
  });
}

void bootstrap();
