import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';

export type Row = Record<string, unknown>;

/** A page of rows as a deployment answers it; of a problem, its code and what is wrong. */
export interface Page {
  rows: Row[];
  position: string;
  version: string;
  totals: Row[];
  next: string | null;
  code?: string;
  errors?: { path: string }[];
}

/** Sends and asks over HTTP, at the address that a deployment has just then. */
export class ApiClient {
  constructor(private readonly url: () => string) {}

  readonly get = async (
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Page }> => {
    const answer = await fetch(`${this.url()}/v1/${path}`, { headers });
    return { status: answer.status, body: (await answer.json()) as Page };
  };

  /** A page of a read model. */
  readonly model = async (path: string): Promise<Page> => (await this.get(`read-models/${path}`)).body;

  /** Sends a command that must be accepted; answers its receipt. */
  readonly send = async (
    path: string,
    body: unknown,
    actor = 'sudria;role=donor;person=s-1',
  ): Promise<Record<string, string>> => {
    const headers = { 'content-type': 'application/json', 'entente-actor': actor };
    const answer = await fetch(`${this.url()}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(201);
    return (await answer.json()) as Record<string, string>;
  };

  /** Pledges into an account of the example. */
  readonly pledge = (amount: number) =>
    this.send('funding-account/sudria.signals-fund/pledge', { amount, period: '2026' });

  /**
   * Where the log ends: rows asked for `after` it have seen all that was said, in whatever stream.
   */
  readonly head = async (): Promise<string> => (await this.get('history?limit=1')).body.position;

  /** An instant at or behind which nothing was recorded that is recorded from now on. */
  readonly afterwards = async (): Promise<string> => {
    const instant = new Date().toISOString();
    await pause(2);
    return instant;
  };
}
