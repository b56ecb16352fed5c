import type { Kafka } from 'kafkajs';
import type { AppName, RunningApp, Settings } from './apps.mjs';

/** What `processes.mjs` gives, for tests in TypeScript. */
export interface Processes {
  readonly settings: Settings;
  readonly kafka: Kafka;
  begin(name: AppName, loading?: string): Promise<RunningApp>;
  of(name: AppName): RunningApp[];
  open(counts: Readonly<Partial<Record<AppName, number>>>): Promise<void>;
  all(): RunningApp[];
  url(): Promise<string>;
  ready(ms?: number): Promise<void>;
  folded(ms?: number): Promise<string>;
  level(ms?: number): Promise<string>;
  ask(sql: string): Promise<Record<string, unknown>[]>;
  end(): Promise<void>;
}
export function deploymentOf(
  on: { readonly esdb: string; readonly kafka: string; readonly database: string },
  partitions?: number,
): Processes;
