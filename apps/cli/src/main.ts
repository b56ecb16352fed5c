#!/usr/bin/env node
import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { lastResort } from '@entente/process';
import { commandLine } from './commands.js';
import { UnusableInput } from './importing/unusable-input.js';
import { EXIT } from './output.js';

lastResort('entente', () => Promise.resolve());

// The reader of the output may stop reading, as `head` does: that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

commandLine((status) => (process.exitCode = status))
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`entente: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UnusableInput ? EXIT.unusable : EXIT.fault;
  });
