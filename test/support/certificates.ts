import { type KeyObject, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate and its private key, in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** One who signs certificates for trials: who trusts `ca` trusts what it issues. */
export interface Authority {
  readonly ca: string;
  /**
   * A certificate for a server on loopback, by default for its address and the name localhost; for
   * a client too.
   */
  issue(commonName: string, names?: readonly string[]): Certified;
}

/** Distinguished Encoding Rules (ITU-T X.690): a tag, a length, what is in it. */
function der(tag: number, ...parts: readonly (Buffer | string | number)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : bytesOf(part))));
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const bytesOf = (part: string | number): Buffer => Buffer.from(typeof part === 'number' ? [part] : part);

const [SEQUENCE, SET, INTEGER, BITS, OCTETS, OID, TEXT, TIME, BOOLEAN] = [
  0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x0c, 0x17, 0x01,
] as [number, number, number, number, number, number, number, number, number];
const oid = (hex: string): Buffer => der(OID, Buffer.from(hex, 'hex'));
const ECDSA_SHA256 = der(SEQUENCE, oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');

const nameOf = (text: string): Buffer => der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(TEXT, text))));
const timeOf = (ms: number): Buffer =>
  der(TIME, `${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`);
const extension = (id: string, value: Buffer, critical = false): Buffer =>
  der(SEQUENCE, oid(id), ...(critical ? [der(BOOLEAN, 255)] : []), der(OCTETS, value));
const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;

const keys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicPart = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const idOf = (key: KeyObject): Buffer => createHash('sha1').update(publicPart(key)).digest();

/** A certificate of a day, as RFC 5280 has it. */
function certificate(
  [subject, of]: readonly [string, KeyObject],
  [issuer, signer, by]: readonly [string, KeyObject, KeyObject],
  extensions: readonly Buffer[],
): string {
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const validity = der(SEQUENCE, timeOf(Date.now() - 3_600_000), timeOf(Date.now() + 86_400_000));
  const all = [
    ...extensions,
    extension('551d0e', der(OCTETS, idOf(of))),
    extension('551d23', der(SEQUENCE, der(0x80, idOf(by)))),
  ];
  const body = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, 2)),
    der(INTEGER, serial),
    ECDSA_SHA256,
    nameOf(issuer),
    validity,
    nameOf(subject),
    publicPart(of),
    der(0xa3, der(SEQUENCE, ...all)),
  );
  return pem(der(SEQUENCE, body, ECDSA_SHA256, der(BITS, 0, sign('sha256', body, signer))));
}

/** Makes one with its own name and key. */
export function anAuthority(name = 'an authority for trials'): Authority {
  const own = keys();
  const ca = certificate(
    [name, own.publicKey],
    [name, own.privateKey, own.publicKey],
    [extension('551d13', der(SEQUENCE, der(BOOLEAN, 255)), true), extension('551d0f', der(BITS, 1, 0x06), true)],
  );
  return {
    ca,
    issue: (commonName, names = ['localhost', '127.0.0.1']) => {
      const { publicKey, privateKey } = keys();
      const alternatives = names.map((each) =>
        /^[0-9.]+$/.test(each) ? der(0x87, ...each.split('.').map(Number)) : der(0x82, each),
      );
      const cert = certificate(
        [commonName, publicKey],
        [name, own.privateKey, own.publicKey],
        [extension('551d11', der(SEQUENCE, ...alternatives))],
      );
      return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}
