/** Checks rules against the metrics that the code registers. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, textOf } from './files.mjs';

/** Metrics of Prometheus itself, and those that prom-client counts in every process. */
const OTHERS = /^(?:up|process_[a-z_]+|nodejs_[a-z0-9_]+)$/;

const sources = () =>
  ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('spec.ts'))
      .map((file) => join(folder, file)),
  );

/** The metrics of each alert that the code does not register. */
export function wrongMetrics(read) {
  const names = new Set(sources().flatMap((file) => textOf(file).match(/(?<=')entente_[a-z_]+(?=')/g) ?? []));
  return Object.entries(read).flatMap(([alert, metrics]) =>
    metrics
      .filter(
        (name) => !OTHERS.test(name) && !names.has(name) && !names.has(name.replace(/_(?:bucket|sum|count)$/, '')),
      )
      .map((name) => `${alert}: nothing counts ${name}`),
  );
}
