/** What `kafka.mjs` gives, for tests in TypeScript. */
export declare function startKafka(options: {
  readonly folder: string;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}): Promise<{
  readonly brokers: string;
  readonly port: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): boolean;
}>;
