import '../../../libs/process/src/supported-node.js';
import 'reflect-metadata';
import { runApp } from '@entente/distributed';
import { ReadModelStore } from '@entente/engine';
import { allowOrigins, serveDocs } from '@entente/http';
import { originsOf } from '@entente/process';
import { ApiModule } from './api.module.js';
import { readConfig } from './config.js';

void runApp(
  "Entente's api",
  readConfig,
  (config, waits) => ApiModule.on(config, waits),
  (app, config) => {
    allowOrigins(app, originsOf(config.answers));
    serveDocs(app, app.get(ReadModelStore));
  },
);
