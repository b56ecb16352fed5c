/** This project's own rules for its image: its apps, its Node.js, and its content. */
import { jsonOf, textOf } from './files.mjs';
import { APPS, settingOf } from './settings.mjs';

/** A tag that names one release. */
export const isExact = (image) => /:v?[0-9]+\.[0-9]+(?:\.[0-9]+)?[a-z0-9.-]*$/.test(image);

const OLDEST = /^>=([0-9]+)$/;

/** The Dockerfile's logical lines. */
const instructions = () =>
  textOf('deploy/Dockerfile')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));

export function wrongWithImage() {
  const wrong = [];
  const lines = instructions();
  const of = (name) => lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

  const stages = of('FROM').map((line) => /^(?<from>\S+)(?: AS (?<name>\S+))?$/.exec(line)?.groups ?? { from: line });
  const bases = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));
  for (const base of bases) {
    const [, major, rest] = /^node:([0-9]+)\.([0-9]+\.[0-9]+-[a-z]+-slim)$/.exec(base) ?? [];
    const [, oldest] = OLDEST.exec(jsonOf('package.json').engines.node) ?? [];
    if (rest === undefined) wrong.push(`Dockerfile: ${base} is no exact release of node:<version>-<debian>-slim`);
    else if (oldest === undefined || Number(major) < Number(oldest))
      wrong.push(`Dockerfile: ${base} is older than package.json's services ask for`);
  }
  if (
    !of('USER')
      .at(-1)
      ?.match(/^[1-9][0-9]*:[1-9][0-9]*$/)
  )
    wrong.push('Dockerfile: USER is no number above 0');
  if (of('STOPSIGNAL').join() !== 'SIGTERM') wrong.push('Dockerfile: STOPSIGNAL is not SIGTERM');
  for (const name of ['ENTRYPOINT', 'CMD'])
    if (!of(name).every((line) => line.startsWith('['))) wrong.push(`Dockerfile: ${name} has a shell before the app`);
  if (!of('HEALTHCHECK').some((line) => line.includes('"live"')))
    wrong.push('Dockerfile: HEALTHCHECK asks for more than that the process is alive');
  const version = /VERSION=(\S+)/.exec(of('ARG').join(' '))?.[1];
  if (version !== jsonOf('package.json').version) wrong.push(`Dockerfile: VERSION=${version} is not package.json's`);

  const variables = of('ENV').flatMap((line) => [...line.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name));
  for (const name of variables.filter((one) => one !== 'NODE_ENV'))
    if (!Object.keys(APPS).some((app) => settingOf(app, name) !== null)) wrong.push(`Dockerfile: no app reads ${name}`);

  // Native code comes compiled, in separate packages that npm calls optional: without them Kafka's
  // codecs do not load.
  for (const line of of('RUN'))
    if (/omit=optional|no-optional/.test(line))
      wrong.push('Dockerfile: leaves out optional packages, which hold native code');

  const allowed = textOf('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const sources = of('COPY')
    .filter((line) => !line.startsWith('--from='))
    .flatMap((line) => line.split(' ').slice(0, -1));
  for (const source of sources)
    if (!allowed.some((path) => source === path || source.startsWith(`${path}/`)))
      wrong.push(`.dockerignore: keeps ${source} from the image, which the Dockerfile copies`);
  for (const path of allowed)
    if (/secret|data|^\.env|\.entente/.test(path)) wrong.push(`.dockerignore: lets ${path} into the image`);
  return wrong;
}

/** Apps that files name and that the build does not create. */
export function wrongApps(named) {
  const { projects } = jsonOf('nest-cli.json');
  return [...new Set(named)]
    .filter((app) => projects[app]?.type !== 'application')
    .map((app) => `nest-cli.json: builds no app ${app}, which the deployment files start`);
}
