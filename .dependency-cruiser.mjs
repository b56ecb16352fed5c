/**
 * The dependency rules, from one table: what each library may import of the others, of npm and of
 * Node.js.
 */
const LIBRARIES = {
  async: { sees: [], npm: [], node: true },
  kernel: { sees: [], npm: [], node: false },
  // Types alone: the rule `domain-takes-types-of-contracts`.
  domain: { sees: ['contracts', 'kernel'], npm: [], node: false },
  engine: { sees: ['async', 'kernel'], npm: ['lru-cache'], node: true },
  contracts: { sees: ['kernel'], npm: ['class-validator', 'class-transformer'], node: false },
  process: { sees: ['async', 'engine'], npm: ['@nestjs/common', 'class-validator', 'nestjs-pino', 'pino'], node: true },
  workers: {
    sees: ['async', 'process', 'engine', 'contracts', 'read-models', 'domain', 'kernel'],
    npm: ['@nestjs/common', '@nestjs/cqrs'],
    node: true,
  },
  http: {
    sees: ['async', 'engine', 'contracts', 'domain', 'kernel'],
    npm: [
      '@nestjs/common',
      '@nestjs/core',
      '@nestjs/cqrs',
      '@nestjs/platform-fastify',
      '@nestjs/swagger',
      'nestjs-pino',
      'prom-client',
    ],
    node: true,
  },
  // What makes one process of the adapters on a folder, for the server and the command line.
  embedded: {
    sees: ['async', 'contracts', 'kernel', 'http', 'workers', 'process', 'read-models', 'sqlite', 'typeorm', 'engine'],
    npm: [
      '@nestjs/common',
      '@nestjs/core',
      '@nestjs/cqrs',
      '@nestjs/platform-fastify',
      'nestjs-pino',
      'reflect-metadata',
    ],
    node: true,
  },
  // What the apps of the distributed deployment have in common.
  distributed: {
    sees: ['engine', 'eventstoredb', 'http', 'process', 'read-models', 'typeorm', 'workers'],
    npm: ['@nestjs/common', '@nestjs/platform-fastify'],
    node: true,
  },
  'read-models': { sees: ['contracts', 'kernel'], npm: ['typeorm'], node: false },
  typeorm: {
    sees: ['async', 'engine', 'contracts', 'kernel'],
    npm: ['typeorm', 'better-sqlite3', '@types/better-sqlite3', 'pg', '@types/pg'],
    node: true,
  },
  eventstoredb: {
    sees: ['async', 'engine', 'contracts', 'kernel'],
    npm: ['@eventstore/db-client', 'protobufjs'],
    node: true,
  },
  sqlite: {
    sees: ['async', 'engine', 'contracts', 'kernel'],
    npm: ['better-sqlite3', '@types/better-sqlite3', 'lru-cache'],
    node: true,
  },
  kafka: { sees: ['async', 'engine', 'contracts', 'kernel'], npm: ['kafkajs', 'hysnappy', 'lz4-napi'], node: true },
};

const specs = '[.-]spec\\.ts$';
const rules = Object.entries(LIBRARIES).flatMap(([library, { sees, npm, node }]) => {
  const from = { path: `^libs/${library}/src/`, pathNot: specs };
  const others =
    sees.length === 0 ? `^(apps|libs/(?!${library}/))` : `^(apps|libs/(?!(?:${[library, ...sees].join('|')})/))`;
  const packages = npm.length === 0 ? '' : `(?!(?:${npm.join('|')})(?:/|$))`;
  return [
    { name: `${library}-sees-only-its-list`, severity: 'error', from, to: { path: others } },
    {
      name: `${library}-npm`,
      severity: 'error',
      from,
      to: { dependencyTypesNot: ['core', 'local', 'aliased-tsconfig'], path: `node_modules/${packages}` },
    },
    ...(node ? [] : [{ name: `${library}-no-node`, severity: 'error', from, to: { dependencyTypes: ['core'] } }]),
  ];
});

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'import-a-library-by-its-index',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$1/', '/src/index\\.ts$'] },
    },
    {
      name: 'apps-import-an-index-only',
      severity: 'error',
      from: { path: '^apps/' },
      // What is loaded before everything else is not in an index.
      to: { path: '^libs/', pathNot: ['/src/index\\.ts$', '^libs/process/src/supported-node\\.ts$'] },
    },
    {
      name: 'index-not-inside',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/' },
      to: { path: '^libs/$1/src/index\\.ts$' },
    },
    {
      name: 'only-specs-import-test',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: specs },
      to: { path: '^test/' },
    },
    {
      name: 'no-app-imports-an-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    { name: 'no-library-imports-an-app', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'adapters-in-modules-only',
      severity: 'error',
      from: { path: '^(apps|libs/(embedded|distributed))/', pathNot: '(\\.module|[.-]spec)\\.ts$' },
      to: { path: '^libs/(sqlite|eventstoredb|kafka|typeorm)/' },
    },
    {
      name: 'clients-in-adapters-only',
      severity: 'error',
      from: { path: '^apps/', pathNot: specs },
      to: { path: 'node_modules/(?:@types/)?(?:better-sqlite3|typeorm|pg|kafkajs|@eventstore)(?:/|$)' },
    },
    {
      name: 'domain-takes-types-of-contracts',
      severity: 'error',
      from: { path: '^libs/domain/src/', pathNot: specs },
      to: { path: '^libs/contracts/', dependencyTypesNot: ['type-only'] },
    },
    ...rules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // Tools that have a package folder of their own.
    exclude: { path: '^test/.+/node_modules/' },
    enhancedResolveOptions: { conditionNames: ['types', 'import', 'node', 'default'] },
  },
};
