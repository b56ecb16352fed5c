import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'csv-parse';
import { type Mapped, type Mapping, mapRow, readMapping, slug } from './mapping.js';
import { type Output, progress } from './output.js';

/** The result of an import, in rows. */
export interface Imported {
  read: number;
  accepted: number;
  alreadyThere: number;
  refused: number;
}

/** Rows in flight: enough for the log to commit many together. */
const AT_ONCE = 64;
const PATIENCE = 60;

type ImportAnswer =
  { readonly type: 'accepted' | 'there' } | { readonly type: 'refused'; readonly code: string; readonly why: string };

/** Sends commands to the API, and waits when it asks to wait. */
class Sender {
  constructor(
    private readonly url: string,
    private readonly mapping: Mapping,
  ) {}

  async send(path: string, commandId: string, body: unknown): Promise<ImportAnswer> {
    for (let tried = 1; ; tried += 1) {
      const answer = await fetch(`${this.url}/v1/funding-account/${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'entente-actor': this.mapping.actor,
          'idempotency-key': commandId,
          'correlation-id': `import-${slug(this.mapping.source)}`,
        },
        body: JSON.stringify(body),
      });
      const said = (await answer.json()) as {
        code?: string;
        title?: string;
        errors?: { path: string; message: string }[];
      };
      if (answer.ok) return { type: answer.headers.get('idempotency-replayed') === 'true' ? 'there' : 'accepted' };
      if (answer.status === 503 && tried < PATIENCE) {
        await pause(1000 * Number(answer.headers.get('retry-after') ?? '1'));
        continue;
      }
      if (answer.status >= 500)
        throw new Error(`${said.title ?? 'the service failed'}; run the import again: nothing doubles`);
      const wrong = (said.errors ?? []).map(({ path, message }) => `${path} ${message}`).join('; ');
      return {
        type: 'refused',
        code: said.code ?? String(answer.status),
        why: [said.title, wrong].filter(Boolean).join(': '),
      };
    }
  }
}

/** The file of refused rows, with line and reason. It is created with the first of them. */
class RefusedRows {
  private file: WriteStream | null = null;

  constructor(private readonly path: string) {}

  write(line: number, code: string, why: string, row: readonly string[]): void {
    if (this.file === null) {
      this.file = createWriteStream(this.path);
      this.file.write('line,code,reason,row\n');
    }
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    this.file.write(`${line},${code},${quoted(why)},${row.map(quoted).join(',')}\n`);
  }

  async end(): Promise<string | null> {
    const { file } = this;
    if (file === null) return null;
    await new Promise<void>((resolve, reject) => file.on('error', reject).end(resolve));
    return this.path;
  }
}

/**
 * Imports reported obligations from a CSV file into funding accounts, through the API at `url`. A
 * repeated import, also after an interruption, records nothing twice: command ids are made of the
 * rows' key columns. A row that cannot be read or is refused goes to a separate file, with the
 * reason.
 */
export async function importObligations(
  csv: string,
  options: { readonly mapping: string; readonly url: string; readonly refused?: string; readonly signal?: AbortSignal },
  output: Output,
): Promise<Imported & { readonly refusedFile: string | null }> {
  const mapping = readMapping(options.mapping);
  const sender = new Sender(options.url, mapping);
  const refusedRows = new RefusedRows(options.refused ?? `${basename(csv)}.refused.csv`);
  const counts: Imported = { read: 0, accepted: 0, alreadyThere: 0, refused: 0 };
  const tell = progress(output, 'rows');
  const accounts = new Map<string, Promise<ImportAnswer>>();
  const names = new Map<string, string>();
  const underWay = new Set<Promise<void>>();
  let failed: unknown = null;

  const refuse = (line: number, code: string, why: string, row: readonly string[]): void => {
    counts.refused += 1;
    refusedRows.write(line, code, why, row);
  };

  const take = async (
    mapped: Extract<Mapped, { type: 'row' }>,
    line: number,
    row: readonly string[],
  ): Promise<void> => {
    const { account, open, command, commandId, body } = mapped;
    const occurredAt = `${mapping.reportedOn}T00:00:00.000Z`;
    let opened = accounts.get(account);
    if (opened === undefined)
      accounts.set(account, (opened = sender.send(`${account}/open`, 'open', { ...open, occurredAt })));
    const first = await opened;
    const answer =
      first.type === 'refused' ? first : await sender.send(`${account}/${command}`, commandId, { ...body, occurredAt });
    if (answer.type === 'refused') refuse(line, answer.code, answer.why, row);
    else if (answer.type === 'there') counts.alreadyThere += 1;
    else counts.accepted += 1;
  };

  const parser = createReadStream(csv).pipe(
    parse({
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip: (error) => {
        counts.read += 1;
        refuse(
          (error as { lines?: number } | undefined)?.lines ?? 0,
          'row-unreadable',
          error?.message ?? 'not CSV',
          [],
        );
      },
    }),
  );
  let header: readonly string[] | null = null;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === null) {
        header = record.map((name) => name.trim());
        const wanted = [...new Set([...Object.values(mapping.columns), ...mapping.key])];
        const lacking = wanted.filter((name) => !(header as readonly string[]).includes(name));
        if (lacking.length > 0)
          throw new Error(
            `${csv} lacks the columns ${lacking.join(', ')} that the mapping names; it has ${header.join(', ')}`,
          );
        continue;
      }
      if (options.signal?.aborted === true) throw new Error('broken off');
      if (failed !== null) throw failed as Error;
      counts.read += 1;
      tell(counts.read);
      const { lines: line } = info;
      if (record.length !== header.length) {
        refuse(line, 'columns-miscounted', `${record.length} fields where the header has ${header.length}`, record);
        continue;
      }
      const mapped = mapRow(mapping, Object.fromEntries(header.map((name, i) => [name, record[i] ?? ''])));
      if (mapped.type === 'refused') {
        refuse(line, mapped.code, mapped.why, record);
        continue;
      }
      const id = mapped.open['recipient'] as string;
      const other = names.get(id) ?? mapped.recipient;
      names.set(id, other);
      if (other !== mapped.recipient) {
        refuse(
          line,
          'recipient-ambiguous',
          `${mapped.recipient} and ${other} would be the same organisation, ${id}`,
          record,
        );
        continue;
      }
      const work = take(mapped, line, record)
        .catch((error: unknown) => void (failed ??= error))
        .finally(() => underWay.delete(work));
      underWay.add(work);
      if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failed !== null) throw failed as Error;
  return { ...counts, refusedFile: await refusedRows.end() };
}
