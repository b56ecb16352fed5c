import '../../standalone/src/supported-node.js';
import 'reflect-metadata';
import { buildApp, live, settingsOr } from '@entente/http';
import { Waits } from '@entente/workers';
import { readConfig } from './config.js';
import { IntakeModule } from './intake.module.js';

const NAME = "Entente's intake";

async function bootstrap(): Promise<void> {
  const config = settingsOr(readConfig(process.env), NAME);
  const waits = new Waits((line) => process.stderr.write(`${NAME}: ${line}\n`));
  await live({
    ...{ name: NAME, at: config.process, waitsFor: () => waits.status() },
    build: (signal) => buildApp(IntakeModule.on(config, waits.until(signal)), config.process.door),
  });
}

void bootstrap();
