import { type Socket, connect as connectTcp, isIP } from 'node:net';
import { type TLSSocket, checkServerIdentity, connect as connectTls } from 'node:tls';

/** Certificates of a client, in PEM. */
export interface ProbeTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The certificate of a server, verified with the client's authorities. */
export interface ProbedCertificate {
  /** The OpenSSL code for why the chain is not trusted; null if it is. */
  readonly distrust: string | null;
  /** Whether the certificate is for the probed host. */
  readonly forHost: boolean;
  /** The names and addresses that it is for. */
  readonly names: string;
  readonly validTo: string;
}

/** The result of a probe of an address. */
export interface ProbedServer {
  readonly host: string;
  readonly port: number;
  /** Why no connection was made, as a code such as ECONNREFUSED; null if one was. */
  readonly unreachable: string | null;
  /** The certificate; null if TLS was not requested, or the server does not speak it. */
  readonly certificate: ProbedCertificate | null;
}

/** Options of a probe. */
interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** Null: without TLS. */
  readonly tls: ProbeTls | null;
  readonly timeoutMs: number;
}

/** Connects to an address, and reads the certificate if TLS is requested. Never rejects. */
export async function probeServer({ host, port, tls, timeoutMs }: ProbeOptions): Promise<ProbedServer> {
  const unreachable = await opens(connectTcp({ host, port }), 'connect', timeoutMs);
  if (unreachable !== null || tls === null) return { host, port, unreachable, certificate: null };
  const named = isIP(host) === 0 ? { servername: host } : {};
  let certificate: ProbedCertificate | null = null;
  const options = { host, port, ...tls, ...named, rejectUnauthorized: false, ALPNProtocols: ['h2'] };
  const socket = connectTls(options, () => (certificate = certificateOf(socket, host)));
  await opens(socket, 'secureConnect', timeoutMs);
  return { host, port, unreachable, certificate };
}

function certificateOf(socket: TLSSocket, host: string): ProbedCertificate {
  const peer = socket.getPeerCertificate();
  const otherHost = checkServerIdentity(host, peer) !== undefined;
  // Node.js reports a host mismatch only if it trusts the chain, so the host is checked separately.
  const error = socket.authorizationError as Error | string | null | undefined;
  const code = typeof error === 'string' ? error : ((error as { code?: string } | null)?.code ?? null);
  return {
    distrust: code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? null : code,
    forHost: !otherHost,
    names: (peer.subjectaltname ?? '').replaceAll(/(?:DNS|IP Address):/g, ''),
    validTo: peer.valid_to,
  };
}

/**
 * Waits for an event of a socket, and closes the socket. Returns null, or the code for why the
 * event did not occur.
 */
async function opens(socket: Socket, event: string, timeoutMs: number): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string | null>((resolve) => {
      timer = setTimeout(() => resolve('ETIMEDOUT'), timeoutMs);
      socket.once(event, () => resolve(null));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.once('close', () => resolve('ECONNRESET'));
    });
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused: no server listens there',
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
  ETIMEDOUT: 'no connection is made in time: a firewall may drop the packets, or the host is down',
  ECONNRESET: 'the connection is closed at once',
};

/** A sentence for the code of a failed connection. */
export const whyUnreachable = (code: string): string => REASONS[code] ?? code;
