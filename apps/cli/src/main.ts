#!/usr/bin/env node
import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { lastResort } from '@entente/process';
import { runCommandLine } from './commands.js';
import { EXIT } from './output.js';

lastResort('entente', () => Promise.resolve());

// The reader of the output may stop reading, as `head` does: that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

await runCommandLine(process.argv, (status) => (process.exitCode = status));
