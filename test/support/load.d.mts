import type { Message } from 'kafkajs';
import type { Processes } from './distributed-processes.mjs';

/** What `load.mjs` gives, for tests in TypeScript. */
export interface Load {
  /** The events of each command that has its receipt, by `<stream> <command id>`. */
  readonly receipts: ReadonlyMap<string, readonly { readonly id: string; readonly revision: number }[]>;
  /** The stream of each command that was published, by its id. */
  readonly sent: ReadonlyMap<string, string>;
  /** How often which code, or a lost connection, had a command sent again. */
  readonly refused: Readonly<Record<string, number>>;
  post(
    stream: string,
    command: string,
    actor: string,
    body: object,
    id?: string,
  ): Promise<{ readonly after: string; readonly position: string }>;
  publish(messages: readonly Message[]): Promise<void>;
  aPledge(name: string, id?: string): Message;
  open(): Promise<void>;
  begin(): void;
  end(): Promise<void>;
  close(): Promise<void>;
}
export function loadOn(deployment: Processes, options?: { readonly rate?: number }): Load;
