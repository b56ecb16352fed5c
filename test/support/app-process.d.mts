import type { ChildProcess } from 'node:child_process';

/** Settings, as the environment has them. */
export type Settings = Readonly<Record<string, string>>;

/** What `/health/ready` answers, with the status of the answer. */
export interface AppHealth extends Record<string, unknown> {
  readonly status: number;
  readonly alarms: readonly { readonly source: string; readonly alarm: string }[];
}

/** A built app that runs. */
export interface RunningApp {
  readonly name: string;
  readonly process: ChildProcess;
  readonly url: string;
  readonly pid: number;
  readonly ended: Promise<number | string | null>;
  ready(ms?: number): Promise<Record<string, unknown>>;
  health(): Promise<AppHealth>;
  logged(): string;
  signal(signal: NodeJS.Signals): boolean;
  stop(): Promise<number | string | null>;
  kill(): Promise<number | string | null>;
}
export type AppName = 'api' | 'relay' | 'projector' | 'intake' | 'steward' | 'standalone';
/** The path of a built program. */
export function program(name: AppName | 'cli'): string;
export function startApp(
  name: AppName,
  settings: Settings,
  loading?: string,
  behind?: readonly string[],
): Promise<RunningApp>;
export function entente(settings: Settings, ...args: readonly string[]): Promise<string>;
