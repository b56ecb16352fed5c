import type { Kafka } from 'kafkajs';
import type { AppName, RunningApp, Settings } from './app-process.mjs';

/** What `processes.mjs` gives, for tests in TypeScript. */
export interface DistributedProcesses {
  readonly settings: Settings;
  readonly kafka: Kafka;
  start(name: AppName, loading?: string): Promise<RunningApp>;
  named(name: AppName): RunningApp[];
  open(counts: Readonly<Partial<Record<AppName, number>>>): Promise<void>;
  all(): RunningApp[];
  url(): Promise<string>;
  ready(ms?: number): Promise<void>;
  folded(ms?: number): Promise<string>;
  caughtUp(ms?: number): Promise<string>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  end(): Promise<void>;
}
export function distributedProcesses(
  on: { readonly esdb: string; readonly kafka: string; readonly database: string },
  partitions?: number,
): DistributedProcesses;
