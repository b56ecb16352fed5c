import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LEADER } from '@eventstore/db-client';
import { parseConnectionString } from '@eventstore/db-client/dist/Client/parseConnectionString.js';
import type { ProbeTls } from '@entente/engine';

/** The contents of a connection string, without the password. */
export interface ParsedUrl {
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** The certificates of a connection over TLS; null without TLS. */
  readonly tls: ProbeTls | null;
  readonly hasUser: boolean;
  /** Whether the client looks for the leader by gossip, with several hosts or by a DNS name. */
  readonly discovers: boolean;
  readonly prefersLeader: boolean;
}

/**
 * Parses a connection string. Throws if it, or a file that it names, cannot be read. The error does
 * not show the connection string.
 */
export function parsedUrl(url: string): ParsedUrl {
  let options: ReturnType<typeof parseConnectionString>;
  try {
    options = parseConnectionString(url);
  } catch {
    throw new Error('ESDB_URL cannot be read');
  }
  const { hosts, dnsDiscover, defaultCredentials, nodePreference = LEADER } = options;
  const fileOf = (path: string): string => readFileSync(resolve(path), 'utf8');
  const { tls = true, tlsCAFile, userCertFile, userKeyFile } = options;
  return {
    hosts: hosts.map(({ address, port }) => ({ host: address, port })),
    tls: !tls
      ? null
      : {
          ...(tlsCAFile === undefined ? {} : { ca: fileOf(tlsCAFile) }),
          ...(userCertFile === undefined ? {} : { cert: fileOf(userCertFile) }),
          ...(userKeyFile === undefined ? {} : { key: fileOf(userKeyFile) }),
        },
    hasUser: defaultCredentials !== undefined,
    discovers: dnsDiscover || hosts.length > 1,
    prefersLeader: nodePreference === LEADER,
  };
}
