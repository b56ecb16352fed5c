/**
 * `npm run test:clients`: clients in Java and Python, made of the OpenAPI document by
 * openapi-generator, send three commands and a query to a standalone deployment; then the programs
 * of the how-to pages on Kafka run on a distributed one. Takes a JDK 17, Maven, Python 3.10 and
 * what they fetch; the TypeScript clients are a part of `npm test`.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { overKafka } from './over-kafka.mjs';
import { startStandalone } from '../support/standalone-process.ts';
import { registerParties } from '../support/parties.mjs';

const VERSION = '7.18.0';
const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, '.entente', `openapi-generator-${VERSION}`);
const jar = join(cache, `openapi-generator-cli-${VERSION}.jar`);
const programs = join(import.meta.dirname, 'programs');
const folder = mkdtempSync(join(tmpdir(), 'entente-generated-'));
const EXPECTED = '3000000000 USD 3000000000';

const run = (program, args, more = {}) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28, ...more });

const generate = (language, ...options) => {
  const models = 'apiTests=false,modelTests=false,apiDocs=false,modelDocs=false';
  const out = join(folder, language);
  const of = ['-g', language, '-i', join(folder, 'openapi.json'), '-o', out, '--global-property', models];
  run('java', ['-jar', jar, 'generate', ...of, ...options]);
  return out;
};

function byPython(url) {
  const out = generate('python');
  const python = join(folder, 'venv', 'bin', 'python');
  run('python3', ['-m', 'venv', join(folder, 'venv')]);
  run(python, ['-m', 'pip', 'install', '--quiet', '-r', join(out, 'requirements.txt')]);
  return run(python, [join(programs, 'by_python.py'), url], { env: { ...process.env, PYTHONPATH: out } });
}

function byJava(url) {
  const out = generate('java', '--additional-properties', 'useSingleRequestParameter=true');
  copyFileSync(join(programs, 'ByJava.java'), join(out, 'src/main/java/ByJava.java'));
  const classpath = join(out, 'classpath.txt');
  const quick = ['-q', '-B', '-f', join(out, 'pom.xml'), '-DskipTests', '-Dmaven.javadoc.skip=true'];
  run('mvn', [...quick, 'compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classpath}`]);
  const jars = readFileSync(classpath, 'utf8').trim();
  return run('java', ['-cp', `${join(out, 'target/classes')}:${jars}`, 'ByJava', url]);
}

if (!existsSync(jar)) {
  mkdirSync(cache, { recursive: true });
  const artifact = `-Dartifact=org.openapitools:openapi-generator-cli:${VERSION}`;
  run('mvn', ['-q', '-B', 'dependency:copy', artifact, `-DoutputDirectory=${cache}`]);
}
const server = await startStandalone(join(folder, 'data'), 'off');
await registerParties(server.url);
const { url } = server;
let failed = 0;
try {
  writeFileSync(join(folder, 'openapi.json'), await (await fetch(`${url}/docs-json`)).text());
  run('java', ['-jar', jar, 'validate', '-i', join(folder, 'openapi.json')]);
  console.log('the document is valid for openapi-generator');
  for (const [language, client] of [
    ['Python', byPython],
    ['Java', byJava],
  ]) {
    const printed = client(url).trim();
    if (printed === EXPECTED) console.log(`${language}: three commands and a query`);
    else {
      failed += 1;
      console.error(`${language}: it printed ${printed}, not ${EXPECTED}`);
    }
  }
} catch (error) {
  failed += 1;
  console.error(`${error.message}\n${error.stdout ?? ''}`);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
try {
  failed += await overKafka();
} catch (error) {
  failed += 1;
  console.error(`${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
}
process.exit(failed === 0 ? 0 : 1);
