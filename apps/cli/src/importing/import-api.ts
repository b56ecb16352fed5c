import { setTimeout as pause } from 'node:timers/promises';
import type { RowCommand } from './row-mapper.js';

/** What the API answers to a command. */
export type SendAnswer =
  { readonly type: 'accepted' | 'there' } | { readonly type: 'refused'; readonly code: string; readonly why: string };

/** An event of the log, as far as an import reads it. */
export interface HistoryEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: {
    readonly commandId: string;
    readonly correlationId: string;
    readonly recordedAt: string;
  };
}

interface ProblemBody {
  readonly code?: string;
  readonly title?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** How often a command is sent that the deployment asks to send again later. */
const MAX_TRIES = 60;
const TIMEOUT_MS = 60_000;
const AGAIN = 'run the import again: what is there already is recognised';

/** The API of a deployment, as an import uses it. Each way in which it fails is a sentence. */
export class ImportApi {
  constructor(
    private readonly url: string,
    private readonly correlationId: string,
  ) {}

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new Error(`${this.url} does not answer any more; ${AGAIN}`, { cause: error });
    }
  }

  private async json<T>(answer: Response): Promise<T> {
    try {
      return (await answer.json()) as T;
    } catch (error) {
      throw new Error(`${this.url} stopped in the middle of an answer, or is no Entente; ${AGAIN}`, { cause: error });
    }
  }

  /** Sends a command; waits where the deployment asks to wait. */
  async send(
    { kind, streamId, actor }: Pick<RowCommand, 'kind' | 'streamId' | 'actor'>,
    id: string,
    path: string,
    body: unknown,
  ): Promise<SendAnswer> {
    for (let tried = 1; ; tried += 1) {
      const answer = await this.fetch(`/v1/${kind}/${streamId}/${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'entente-actor': actor,
          'idempotency-key': id,
          'correlation-id': this.correlationId,
        },
        body: JSON.stringify(body),
      });
      const { code, title, errors = [] } = await this.json<ProblemBody>(answer);
      if (answer.ok) return { type: answer.headers.get('idempotency-replayed') === 'true' ? 'there' : 'accepted' };
      if (answer.status === 503 && tried < MAX_TRIES) {
        await pause(1000 * Number(answer.headers.get('retry-after') ?? '1'));
        continue;
      }
      if (answer.status >= 500) throw new Error(`${title ?? 'the deployment failed'}; ${AGAIN}`);
      const fields = errors.map((one) => `${one.path} ${one.message}`).join('; ');
      return {
        type: 'refused',
        code: code ?? String(answer.status),
        why: [title, fields].filter((part) => part !== undefined && part !== '').join(': '),
      };
    }
  }

  /** The events that a command of an import left on a stream; none if there are none. */
  async eventsOf(stream: string, actor: string, commandId: string): Promise<readonly HistoryEvent[]> {
    const answer = await this.fetch(`/v1/commands/${commandId}?stream=${encodeURIComponent(stream)}`, {
      headers: { 'entente-actor': actor },
    });
    const { revision } = await this.json<{ readonly revision?: number }>(answer);
    if (!answer.ok || revision === undefined) return [];
    const found: HistoryEvent[] = [];
    // The receipt has the revision of the last event.
    const from = Math.max(0, revision - 20);
    const history = await this.fetch(`/v1/history/${stream}?from=${from}&revision=${revision}`, {});
    const { events = [] } = await this.json<{ readonly events?: readonly HistoryEvent[] }>(history);
    found.push(...events.filter(({ metadata }) => metadata.commandId === commandId));
    return found;
  }

  /** Every event of some kinds of stream, in the order of the log. */
  async *history(kinds: readonly string[]): AsyncGenerator<HistoryEvent, void> {
    const query = kinds.map((kind) => `kind=${kind}`).join('&');
    const controller = new AbortController();
    try {
      const answer = await fetch(`${this.url}/v1/history?${query}`, {
        headers: { accept: 'application/x-ndjson' },
        signal: controller.signal,
      });
      if (!answer.ok || answer.body === null) throw new Error(`the log cannot be read: ${answer.status}`);
      let rest = '';
      const decoder = new TextDecoder();
      for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as HistoryEvent;
      }
    } catch (error) {
      throw new Error(`${this.url} stopped answering while its log was read; ${AGAIN}`, { cause: error });
    } finally {
      controller.abort();
    }
  }
}
