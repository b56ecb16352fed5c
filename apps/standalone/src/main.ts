import 'reflect-metadata';
import { readConfig } from './config.js';
import { buildHouse } from './house.js';

async function bootstrap(): Promise<void> {
  const config = readConfig(process.env);
  if (!('host' in config)) {
    process.stderr.write(`Entente cannot start:\n${config.map((line) => `  ${line}\n`).join('')}`);
    process.exit(1);
  }
  const app = await buildHouse(config.data, config.logLevel);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  process.stdout.write(`Entente listens on ${url}; its commands stand at ${url}/v1/catalogue\n`);
}

bootstrap().catch((error: unknown) => {
  process.stderr.write(`Entente cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
