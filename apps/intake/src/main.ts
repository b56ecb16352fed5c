import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { runApp } from '@entente/distributed';
import { readConfig } from './config.js';
import { IntakeModule } from './intake.module.js';

void runApp("Entente's intake", readConfig, (config, waits) => IntakeModule.on(config, waits));
