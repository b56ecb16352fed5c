/** A server that runs beside this process and ends with it. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): boolean;
}
export interface RunningPostgres extends Running {
  readonly url: string;
  /** Creates an empty database, and returns its address. */
  database(name: string): Promise<string>;
}
export function startPostgres(options: {
  readonly folder: string;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** A certificate and its key, in PEM: it also accepts connections over TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}): Promise<RunningPostgres>;
