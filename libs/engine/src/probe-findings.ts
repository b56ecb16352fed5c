import { type ProbedServer, whyUnreachable } from './probe-server.js';
import { type ServiceFinding, fails, fits, warns } from './service-check.js';

/** A certificate that expires within this number of days is reported. */
const EXPIRES_SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** The remedies for a server that cannot be reached or is not trusted. */
export interface ProbeRemedies {
  readonly unreachable: string;
  /** For a server that does not speak TLS although the settings require it. */
  readonly plain: string;
  /** For a certificate of an authority that is not trusted. */
  readonly distrusted: string;
  /** For a certificate of other hosts. */
  readonly otherHost: string;
}

/** Evaluates a probe, with or without TLS. `now` is in milliseconds. */
export function probeFindings(
  { host, port, unreachable, certificate }: ProbedServer,
  overTls: boolean,
  remedies: ProbeRemedies,
  now: number,
): readonly ServiceFinding[] {
  const at = `${host}:${port}`;
  if (unreachable !== null) {
    const why = `${at} cannot be reached (${unreachable}): ${whyUnreachable(unreachable)}`;
    return [fails('reachable', why, remedies.unreachable)];
  }
  const reached = fits('reachable', `${at} accepts connections`);
  if (!overTls) return [reached];
  if (certificate === null)
    return [reached, fails('tls', `${at} accepts connections and does not speak TLS`, remedies.plain)];
  const { distrust, forHost, names, validTo } = certificate;
  const found: ServiceFinding[] = [];
  if (distrust === 'CERT_HAS_EXPIRED')
    found.push(fails('tls', `a certificate of ${at} has expired (its own is valid until ${validTo})`, 'renew it'));
  else if (distrust === 'CERT_NOT_YET_VALID')
    found.push(fails('tls', `a certificate of ${at} is not valid yet`, "check this machine's clock"));
  else if (distrust !== null)
    found.push(
      fails(
        'tls',
        `the certificate of ${at} was issued by an authority that is not trusted (${distrust})`,
        remedies.distrusted,
      ),
    );
  if (!forHost)
    found.push(
      fails('tls', `the certificate of ${at} is for ${names || 'no host'}, not for ${host}`, remedies.otherHost),
    );
  if (found.length > 0) return [reached, ...found];
  const message = `the certificate of ${at} is trusted, for ${names}, until ${validTo}`;
  const expires = Date.parse(validTo);
  return expires - now < EXPIRES_SOON_DAYS * DAY_MS
    ? [reached, warns('tls', message, 'renew it before it expires')]
    : [reached, fits('tls', message)];
}
