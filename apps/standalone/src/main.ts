import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { EventStore, Pseudonymizer } from '@entente/engine';
import { leaveAddress, removeAddress, loadExampleData, createStandaloneApp } from '@entente/embedded';
import { cannotStart, lastResort, settingsOr, stopWithin } from '@entente/process';
import { readConfig } from './config.js';
import { activatedSocket, listen } from './socket-activation.js';

async function bootstrap(): Promise<void> {
  const config = settingsOr(readConfig(process.env), 'Entente');
  let close = (): Promise<unknown> => Promise.resolve();
  lastResort('Entente', () => close());
  const socket = activatedSocket(process.env, process.pid);
  const app = await createStandaloneApp({
    folder: config.data.folder,
    logLevel: config.process.logLevel,
    placement: 'worker-threads',
    limits: config.limits,
    answers: config.answers,
    steward: config.data.policies === 'on' ? {} : null,
    commands: config.commands,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => stopWithin(config.process.shutdownTimeoutSeconds));
  close = () => app.close();
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  const url = await listen(app, config.process, socket);
  leaveAddress(config.data.folder, url);
  process.on('exit', () => removeAddress(config.data.folder, url));
  const loaded = config.data.example === 'on' ? await loadExampleData(app.get(EventStore), app.get(Pseudonymizer)) : 0;
  process.stdout.write(
    [
      `Entente listens on ${url}${(loaded ?? 0) > 0 ? `, and has loaded its example data: ${loaded} events` : ''}`,
      `  the tables, live:      ${url}/`,
      `  every command, tried:  ${url}/docs`,
      `  what was recorded:     ${url}/v1/history`,
      '',
    ].join('\n'),
  );
}

bootstrap().catch((error: unknown) => cannotStart('Entente', error));
