import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { runApp } from '@entente/distributed';
import { readConfig } from './config.js';
import { RelayModule } from './relay.module.js';

void runApp("Entente's relay", readConfig, (config, waits) => RelayModule.on(config, waits));
