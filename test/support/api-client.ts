import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { until } from './kafka.js';

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
  readonly send = (
    path: string,
    body: unknown,
    actor = 'sudria;role=donor;person=s-1',
  ): Promise<Record<string, string>> => this.post(path, body, actor, 201);

  /** Sends a command. The rules must refuse it; returns the refusal. */
  readonly refused = (path: string, body: unknown, actor: string): Promise<Record<string, unknown>> =>
    this.post(path, body, actor, 422);

  /** Sends a command. It must be accepted; returns the id of the last event that it recorded. */
  readonly recorded = async (path: string, body: unknown, actor: string): Promise<string> => {
    const { events } = await this.post<{ events: { id: string }[] }>(path, body, actor, 201);
    return (events.at(-1) as { id: string }).id;
  };

  private async post<Answer>(path: string, body: unknown, actor: string, status: number): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'entente-actor': actor };
    const answer = await fetch(`${this.url()}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(status);
    return (await answer.json()) as Answer;
  }

  /** The rows of a query that have seen every event. */
  readonly latest = async (query: string): Promise<readonly Row[]> =>
    (await this.model(`${query}${query.includes('?') ? '&' : '?'}after=${await this.head()}`)).rows;

  /** Waits until a row of a query has these values. */
  readonly shows = (query: string, values: Row): Promise<void> =>
    until(async () =>
      (await this.model(query)).rows.some((row) =>
        Object.entries(values).every(([name, value]) => row[name] === value),
      ),
    );

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
