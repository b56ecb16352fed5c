import { X509Certificate, createPrivateKey } from 'node:crypto';
import { OneOf, Setting } from './setting.js';
import { type ReadFile, type SettingsClass, codeOf, settingsPartAs } from './settings.js';

/** The connection to a cluster. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly ssl?: true | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const BROKER = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):(?<port>[0-9]{1,5})$/i;
const BROKERS_TAKE = 'the host:port of some brokers, with commas between them';
const listed = (text: string): readonly string[] => text.split(',').map((one) => one.trim());

interface TlsFiles {
  ca?: string;
  cert?: string;
  key?: string;
}

const CERTIFICATE = 'certificate in PEM';
const PRIVATE_KEY = 'private key in PEM, without a passphrase';

/**
 * The settings of the connection to a cluster. Files of certificates and keys are read and
 * validated.
 */
class KafkaConnectionSettings implements SettingsClass {
  @Setting(
    { name: 'KAFKA_BROKERS', about: 'Some brokers of the cluster.', takes: BROKERS_TAKE, required: true },
    listed,
  )
  readonly brokers!: readonly string[];

  @OneOf(['off', 'on'], { name: 'KAFKA_SSL', about: 'Whether the brokers are reached over TLS.' })
  readonly ssl: 'off' | 'on' = 'off';

  @Setting({
    name: 'KAFKA_SSL_CA',
    about: 'The path of a PEM file with the certificate authorities to trust.',
    isPath: true,
  })
  readonly ca?: string;

  @Setting({ name: 'KAFKA_SSL_CERT', about: 'The path of a PEM file with the client certificate.', isPath: true })
  readonly cert?: string;

  @Setting({
    name: 'KAFKA_SSL_KEY',
    about: 'The path of a PEM file with the private key of `KAFKA_SSL_CERT`, without a passphrase.',
    isPath: true,
  })
  readonly key?: string;

  @OneOf(MECHANISMS, { name: 'KAFKA_SASL_MECHANISM', about: 'How the process authenticates at the brokers.' })
  readonly mechanism?: (typeof MECHANISMS)[number];

  @Setting({ name: 'KAFKA_SASL_USERNAME', about: 'The user at the brokers; required with a mechanism.' })
  readonly username?: string;

  @Setting({
    name: 'KAFKA_SASL_PASSWORD',
    about: 'The password at the brokers; required with a mechanism.',
    secret: true,
  })
  readonly password?: string;

  /** The contents of the files that the settings name. */
  private readonly files: TlsFiles = {};

  check(readFile: ReadFile): readonly string[] {
    return [...this.wrongBrokers(), ...this.wrongFiles(readFile), ...this.wrongPair(), ...this.wrongSasl()];
  }

  /** The connection settings in the form of the Kafka client. */
  connection(): KafkaConnection {
    const { brokers, ssl, mechanism, username = '', password = '', files } = this;
    const tls = files.ca === undefined && files.cert === undefined ? true : files;
    return {
      brokers,
      ...(ssl === 'on' ? { ssl: tls } : {}),
      ...(mechanism === undefined ? {} : { sasl: { mechanism, username, password } }),
    };
  }

  private wrongBrokers(): readonly string[] {
    const { brokers = [] } = this as Partial<KafkaConnectionSettings>;
    return brokers.flatMap((broker, i) => {
      const port = Number(BROKER.exec(broker)?.groups?.['port'] ?? 0);
      if (port > 0 && port < 65536) return [];
      return [`KAFKA_BROKERS: takes ${BROKERS_TAKE}; number ${i + 1} is not written so`];
    });
  }

  private wrongFiles(readFile: ReadFile): readonly string[] {
    return (['ca', 'cert', 'key'] as const).flatMap((part) => {
      const path = this[part];
      if (path === undefined) return [];
      const name = `KAFKA_SSL_${part.toUpperCase()}`;
      const off =
        this.ssl === 'on' ? [] : [`${name}: is given, and KAFKA_SSL is off; set KAFKA_SSL=on, or leave it out`];
      try {
        const text = (this.files[part] = readFile(path));
        if (part === 'key' ? isKey(text) : areCertificates(text)) return off;
        return [...off, `${name}: ${path} holds no ${part === 'key' ? PRIVATE_KEY : CERTIFICATE}`];
      } catch (error) {
        return [...off, `${name}: ${path} cannot be read (${codeOf(error)})`];
      }
    });
  }

  private wrongPair(): readonly string[] {
    if (this.cert !== undefined && this.key === undefined)
      return ['KAFKA_SSL_KEY: is missing; it takes the path of the private key that belongs to KAFKA_SSL_CERT'];
    if (this.key !== undefined && this.cert === undefined)
      return ['KAFKA_SSL_CERT: is missing; it takes the path of the certificate that belongs to KAFKA_SSL_KEY'];
    const { cert, key } = this.files;
    if (cert === undefined || key === undefined || !areCertificates(cert) || !isKey(key)) return [];
    return belong(cert, key) ? [] : ['KAFKA_SSL_KEY: is not the key of KAFKA_SSL_CERT'];
  }

  private wrongSasl(): readonly string[] {
    const given = { KAFKA_SASL_USERNAME: this.username, KAFKA_SASL_PASSWORD: this.password };
    return Object.entries(given).flatMap(([name, value]) => {
      if (this.mechanism !== undefined)
        return value === undefined ? [`${name}: is missing; it takes what the brokers know this process by`] : [];
      return value === undefined
        ? []
        : [`${name}: is given without KAFKA_SASL_MECHANISM, which takes one of ${MECHANISMS.join(', ')}`];
    });
  }
}

function areCertificates(text: string): boolean {
  const found = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  return found.length > 0 && found.every((one) => holds(() => new X509Certificate(one)));
}
const isKey = (text: string): boolean => holds(() => createPrivateKey(text));
const belong = (cert: string, key: string): boolean => new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));

function holds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

export const KAFKA = settingsPartAs(KafkaConnectionSettings, (given) => given.connection());
