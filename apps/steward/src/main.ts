import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { runApp } from '@entente/distributed';
import { readConfig } from './config.js';
import { StewardModule } from './steward.module.js';

void runApp("Entente's steward", readConfig, (config, waits) => StewardModule.on(config, waits));
