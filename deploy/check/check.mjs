#!/usr/bin/env node
/**
 * `npm run check:deploy`: checks the Dockerfile, docker-compose.yml, the manifests of Kubernetes
 * and Prometheus' rules against the rules of this project, and with the parsers of the tools that
 * read them. Ends with status 1 if something is wrong. Starts no backing service, and builds no
 * image.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeApps, wrongWithCompose } from './compose.mjs';
import { wrongApps, wrongWithImage } from './image.mjs';
import { SECRET_EXAMPLE, kubernetesApps, manifestFiles, wrongWithKubernetes } from './kubernetes.mjs';
import { wrongMetrics } from './metrics.mjs';
import { NotHad, byGo, byPython } from './validators.mjs';

/** The oldest and the newest Kubernetes that the manifests are for. */
const KUBERNETES = ['1.31.0', '1.37.0'];

let failures = 0;
const check = (title, work) => {
  let wrong;
  try {
    wrong = work();
  } catch (error) {
    if (!(error instanceof NotHad)) throw error;
    process.stdout.write(`NOT CHECKED: ${title}, since ${error.message}\n`);
    return;
  }
  process.stdout.write(wrong.length === 0 ? `ok: ${title}\n` : `WRONG: ${title}\n`);
  for (const line of wrong) process.stdout.write(`  ${line}\n`);
  failures += wrong.length;
};

check('the image, as this project knows it', wrongWithImage);
check('docker-compose.yml, as this project knows it', wrongWithCompose);
check('deploy/kubernetes, as this project knows it', wrongWithKubernetes);
check('each app that is started is built', () =>
  wrongApps(['standalone', 'cli', ...composeApps(), ...kubernetesApps()]),
);

check('the Dockerfile, by BuildKit', () => byGo('dockerfile', 'deploy/Dockerfile').wrong);
check('the Dockerfile, by hadolint', () => byPython('hadolint', ['deploy/Dockerfile']));
check('docker-compose.yml, by the loader of Compose', () => byGo('compose', 'docker-compose.yml').wrong);
check("Prometheus' rules, by Prometheus, and each against its cases", () => {
  const { read, wrong } = byGo('rules', 'deploy/prometheus/entente.rules.yml');
  return read === null ? wrong : wrongMetrics(read);
});

const folder = mkdtempSync(join(tmpdir(), 'entente-deploy-'));
try {
  let manifests = manifestFiles();
  check('deploy/kubernetes, by Kustomize', () => {
    const { read, wrong } = byGo('kustomize', 'deploy/kubernetes');
    if (read === null) return wrong;
    manifests = [join(folder, 'built.yaml')];
    writeFileSync(manifests[0], read.map((one) => `---\n${JSON.stringify(one)}\n`).join(''));
    return read.length === 0 ? ['it builds nothing'] : [];
  });
  for (const version of KUBERNETES)
    check(`its manifests, by the schemas of Kubernetes ${version}`, () =>
      byPython('kubernetes-validate', ['-k', version, '--strict', '--quiet', ...manifests, SECRET_EXAMPLE]),
    );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(
  'NOT CHECKED here: building the image, starting the compose file, applying the manifests: these need Docker and Kubernetes\n',
);
process.exitCode = failures > 0 ? 1 : 0;
