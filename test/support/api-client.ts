import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';

export type Row = Record<string, unknown>;

/** A page of rows, or the code and the errors of a problem. */
export interface Page {
  rows: Row[];
  position: string;
  version: string;
  totals: Row[];
  next: string | null;
  code?: string;
  errors?: { path: string }[];
}

/** A client of the HTTP API, at the current address of a deployment. */
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

  /** Sends a command. It must be accepted; returns its receipt. */
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

  /** Pledges to an account of the example data. */
  readonly pledge = (amount: number) =>
    this.send('funding-account/sudria.signals-fund/pledge', { amount, period: '2026' });

  /** The end of the log: rows read `after` it have seen every event. */
  readonly head = async (): Promise<string> => (await this.get('history?limit=1')).body.position;

  /** An instant before everything that is recorded from now on. */
  readonly afterwards = async (): Promise<string> => {
    const instant = new Date().toISOString();
    await pause(2);
    return instant;
  };
}
