import type { Running } from './postgres.mjs';

/** The types of `kafka.mjs`, for tests in TypeScript. */
export declare function startKafka(options: {
  readonly folder: string;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Listeners by user and password, over TLS and without it, and by a certificate of `ca`. */
  readonly secured?: {
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
    readonly users: Readonly<Record<string, string>>;
  };
}): Promise<
  Running & {
    /** The addresses of the secured listeners, if there are any, as `host:port`. */
    readonly secured?: { readonly saslSsl: string; readonly sasl: string; readonly ssl: string };
    readonly brokers: string;
  }
>;
