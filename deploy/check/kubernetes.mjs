/** This project's own rules for deploy/kubernetes. */
import { envOf, jsonOf, yamlOf } from './files.mjs';
import { wrongSettings } from './settings.mjs';

const FOLDER = 'deploy/kubernetes';
export const SECRET_EXAMPLE = `${FOLDER}/secret.example.yaml`;

const kustomization = () => yamlOf(`${FOLDER}/kustomization.yaml`)[0];
const manifests = () => manifestFiles().flatMap(yamlOf);
const ofKind = (kind) => manifests().filter((one) => one.kind === kind);
const appOf = (deployment) => deployment.spec.template.spec.containers[0].args[0];

/** The files that kustomization.yaml lists. */
export const manifestFiles = () => kustomization().resources.map((file) => `${FOLDER}/${file}`);

/** The apps that it starts. */
export const kubernetesApps = () => ofKind('Deployment').map(appOf);

export function wrongWithKubernetes() {
  const wrong = ofKind('Deployment').flatMap(wrongWithDeployment);
  const names = ofKind('Deployment').map(({ metadata }) => metadata.name);
  for (const { kind, metadata, spec } of [...ofKind('Service'), ...ofKind('PodDisruptionBudget')]) {
    const selected = (spec.selector.matchLabels ?? spec.selector)['app.kubernetes.io/name'];
    if (!names.includes(selected)) wrong.push(`${FOLDER}, ${kind} ${metadata.name}: selects no deployment`);
  }
  const budgets = ofKind('PodDisruptionBudget').map(({ metadata }) => metadata.name);
  for (const { metadata, spec } of ofKind('Deployment'))
    if (spec.replicas > 1 !== budgets.includes(metadata.name))
      wrong.push(`${FOLDER}, ${metadata.name}: has a disruption budget where it is one, or none where it is several`);
  if (ofKind('Secret').length > 0) wrong.push(`${FOLDER}: kustomization.yaml applies a secret`);
  for (const [key, value] of Object.entries(yamlOf(SECRET_EXAMPLE)[0].stringData))
    if (!/<[^>]+>/.test(value)) wrong.push(`${SECRET_EXAMPLE}: ${key} looks like a real value`);
  const [{ newTag }] = kustomization().images;
  if (newTag !== jsonOf('package.json').version) wrong.push(`${FOLDER}: ${newTag} is not this version's image`);
  return [...wrong, ...wrongWithNetwork()];
}

/** Traffic is denied by default: the policies only add to one that allows nothing. */
function wrongWithNetwork() {
  const policies = ofKind('NetworkPolicy').map(({ metadata, spec }) => ({ name: metadata.name, ...spec }));
  const wrong = [];
  const closes = ({ podSelector, policyTypes, ingress, egress }) =>
    Object.keys(podSelector).length === 0 &&
    ['Ingress', 'Egress'].every((type) => policyTypes.includes(type)) &&
    (ingress ?? egress) === undefined;
  if (!policies.some(closes)) wrong.push(`${FOLDER}: no policy closes the network`);
  for (const { name, ingress = [] } of policies)
    for (const { from = [] } of ingress)
      if (from.length === 0 || !from.every((peer) => Object.keys(peer.podSelector?.matchLabels ?? {}).length > 0))
        wrong.push(`${FOLDER}, policy ${name}: lets in pods that bear no label`);
  return wrong;
}

function wrongWithDeployment(deployment) {
  const { metadata, spec } = deployment;
  const pod = spec.template.spec;
  const [container] = pod.containers;
  const at = `${FOLDER}, ${metadata.name}`;
  const [{ envs }] = kustomization().configMapGenerator;
  const shared = Object.assign({}, ...envs.map((file) => envOf(`${FOLDER}/${file}`)));
  const own = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
  const wrong = wrongSettings(at, appOf(deployment), { ...shared, ...own });

  const held = pod.volumes.find(({ secret }) => secret !== undefined)?.secret.items?.map(({ path }) => path) ?? [];
  const named = Object.values(own).map((value) => String(value).replace('/run/secrets/entente/', ''));
  if (held.toSorted().join() !== named.toSorted().join())
    wrong.push(`${at}: is handed the secrets ${held.join(', ')}, and reads ${named.join(', ')}`);
  if ((container.env ?? []).some(({ valueFrom }) => valueFrom !== undefined))
    wrong.push(`${at}: is given a secret in its environment`);
  if (container.envFrom.some(({ secretRef }) => secretRef !== undefined))
    wrong.push(`${at}: is given a secret in its environment`);

  const { startupProbe, livenessProbe, readinessProbe, lifecycle } = container;
  for (const [name, probe] of Object.entries({ startupProbe, livenessProbe }))
    if (probe?.httpGet?.path !== '/health/live') wrong.push(`${at}: its ${name} restarts it for more than being dead`);
  // A component that has stalled elsewhere does not take an api out of service.
  const ready = appOf(deployment) === 'api' ? '/health/serving' : '/health/ready';
  if (readinessProbe?.httpGet?.path !== ready) wrong.push(`${at}: its readinessProbe asks something else`);
  const needed = Number(shared.ENTENTE_SHUTDOWN_TIMEOUT_SECONDS ?? 30) + (lifecycle?.preStop?.sleep?.seconds ?? 0);
  if (!(pod.terminationGracePeriodSeconds > needed)) wrong.push(`${at}: is killed before its ${needed} s are over`);
  if (container.ports[0].containerPort !== Number(shared.PORT)) wrong.push(`${at}: its port is not PORT`);

  const hardened =
    pod.automountServiceAccountToken === false &&
    pod.enableServiceLinks === false &&
    pod.securityContext.runAsNonRoot === true &&
    pod.securityContext.seccompProfile.type === 'RuntimeDefault' &&
    container.securityContext.allowPrivilegeEscalation === false &&
    container.securityContext.readOnlyRootFilesystem === true &&
    container.securityContext.capabilities.drop.join() === 'ALL' &&
    container.securityContext.capabilities.add === undefined;
  if (!hardened) wrong.push(`${at}: may do more than it needs`);
  if (container.resources.limits.memory === undefined || container.resources.requests.cpu === undefined)
    wrong.push(`${at}: has no requests or limits for memory or processor`);
  if (spec.replicas > 1 && pod.topologySpreadConstraints === undefined) wrong.push(`${at}: may be all on one node`);
  return wrong;
}
