import { pause } from '@entente/async';
import type { StreamRange } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import {
  type AddressedCommand,
  type BaseLog,
  type HistoryEvent,
  type ImportTarget,
  type SendAnswer,
  refusedAnswer,
} from './import-target.js';

interface ProblemBody {
  readonly code?: string;
  readonly title?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** An event as the API returns it. */
type EventOnWire = Omit<RecordedEvent, 'position'> & { readonly position: string };

interface StreamPage {
  readonly events: readonly EventOnWire[];
  readonly next: number | null;
}

/** How often a command is sent that the deployment asks to send again later. */
const MAX_TRIES = 60;
const TIMEOUT_MS = 60_000;
const RUN_AGAIN = 'run the import again: what is there already is recognised';

/** The API of a deployment, as an import uses it. Each way in which it fails is a sentence. */
export class ImportApi implements ImportTarget {
  constructor(
    private readonly url: string,
    private readonly correlationId: string,
  ) {}

  /** Its log, on which a dry run can rest. */
  get log(): BaseLog {
    return {
      pseudonymizer: null,
      ask: (command) => this.post({ ...command, path: `${command.path}?dry-run` }),
      head: () => this.head(),
      readStream: (stream, range) => this.readStream(stream, range),
      history: (kinds) => this.history(kinds),
    };
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new Error(`${this.url} does not answer any more; ${RUN_AGAIN}`, { cause: error });
    }
  }

  private async json<T>(answer: Response): Promise<T> {
    try {
      return (await answer.json()) as T;
    } catch (error) {
      throw new Error(`${this.url} stopped in the middle of an answer, or is no Entente; ${RUN_AGAIN}`, {
        cause: error,
      });
    }
  }

  /** The status and the JSON of an answer; waits where the deployment asks to wait. */
  private async ask<T>(path: string, init: RequestInit): Promise<{ readonly answer: Response; readonly json: T }> {
    for (let tried = 1; ; tried += 1) {
      const answer = await this.fetch(path, init);
      const json = await this.json<T & ProblemBody>(answer);
      if (answer.status === 503 && tried < MAX_TRIES) {
        await pause(1000 * Number(answer.headers.get('retry-after') ?? '1'));
        continue;
      }
      if (answer.status >= 500) throw new Error(`${json.title ?? 'the deployment failed'}; ${RUN_AGAIN}`);
      return { answer, json };
    }
  }

  async sendAll(commands: readonly AddressedCommand[]): Promise<readonly SendAnswer[]> {
    const answers: SendAnswer[] = [];
    for (const command of commands) {
      const answer = await this.post(command);
      const kept = commands.filter((_, i) => answers[i]?.type === 'accepted').map(({ path }) => path);
      if (answer.type !== 'refused' || kept.length === 0) answers.push(answer);
      else answers.push({ ...answer, why: `${answer.why}; recorded of this row before it: ${kept.join(', ')}` });
      if (answer.type === 'refused') break;
    }
    return answers;
  }

  private async post({ to, id, path, body }: AddressedCommand): Promise<SendAnswer> {
    const { kind, streamId, actor } = to;
    const { answer, json } = await this.ask<ProblemBody & { readonly repeated?: boolean }>(
      `/v1/${kind}/${streamId}/${path}`,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'entente-actor': actor,
          'idempotency-key': id,
          'correlation-id': this.correlationId,
        },
        body: JSON.stringify(body),
      },
    );
    const { code = String(answer.status), title, errors, repeated = false } = json;
    if (!answer.ok) return refusedAnswer(code, title, errors);
    return { type: repeated || answer.headers.get('idempotency-replayed') === 'true' ? 'there' : 'accepted' };
  }

  /** The position at which the log ends. */
  private async head(): Promise<bigint> {
    const { json } = await this.ask<{ readonly position: string }>('/v1/history?limit=1', {});
    return BigInt(json.position);
  }

  /** The events of a stream from a revision on, without the hashes of their commands. */
  private async *readStream(
    stream: string,
    { from = 0 }: StreamRange = {},
  ): AsyncGenerator<readonly RecordedEvent[], void> {
    const path = stream.split('/').map(encodeURIComponent).join('/');
    for (let next: number | null = from; next !== null;) {
      const { answer, json }: { answer: Response; json: StreamPage } = await this.ask<StreamPage>(
        `/v1/history/${path}?from=${next}`,
        {},
      );
      if (answer.status === 404) return;
      if (!answer.ok) throw new Error(`${stream} cannot be read: ${answer.status}`);
      yield json.events.map((event) => ({
        ...event,
        position: BigInt(event.position),
        metadata: { ...event.metadata, commandHash: '' },
      }));
      next = json.next;
    }
  }

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
      throw new Error(`${this.url} stopped answering while its log was read; ${RUN_AGAIN}`, { cause: error });
    } finally {
      controller.abort();
    }
  }
}
