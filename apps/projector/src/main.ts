import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { runApp } from '@entente/distributed';
import { readConfig } from './config.js';
import { ProjectorModule } from './projector.module.js';

void runApp("Entente's projector", readConfig, (config, waits) => ProjectorModule.on(config, waits));
