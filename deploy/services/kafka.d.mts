import type { Running } from './postgres.mjs';

/** What `kafka.mjs` gives, for tests in TypeScript. */
export declare function startKafka(options: {
  readonly folder: string;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Doors by user and password, over TLS and without it, and by a certificate of `ca`. */
  readonly secured?: {
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
    readonly users: Readonly<Record<string, string>>;
  };
}): Promise<
  Running & {
    /** Where the secured doors are, as `host:port`, where there are any. */
    readonly secured?: { readonly saslSsl: string; readonly sasl: string; readonly ssl: string };
    readonly brokers: string;
  }
>;
