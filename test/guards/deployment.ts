import type { Guarded } from './guard.js';

const CROWD = 'test/faults/crowd.spec.ts';
const UPGRADE = 'test/faults/upgrade.spec.ts';
const HOSTILE = 'test/faults/hostile.faults-spec.ts';
const THREAD = 'test/faults/projection-thread.faults-spec.ts';
const REBUILD = 'test/faults/rebuild.spec.ts';
const STOPPING = 'test/faults/stopping.faults-spec.ts';
const OPERATION = 'test/faults/operation.spec.ts';
const DAMAGE = 'test/faults/damage.spec.ts';
const KILL = 'test/faults/kill.spec.ts';
const BACKUP = 'test/faults/backup.spec.ts';
const HELD = 'test/faults/held-socket.spec.ts';
const PARKED = 'test/faults/parked.spec.ts';
const UNKNOWN = 'test/faults/unknown-outcome.spec.ts';

export const STANDALONE: readonly Guarded[] = [
  {
    file: 'libs/http/src/read-models.controller.ts',
    guards: [
      {
        guard: 'an answer is of one version of its rows',
        code: 'if (of !== version) continue;',
        instead: '',
        spec: UPGRADE,
        tests: 'that takes over within an answer',
      },
      {
        guard: 'a cursor of rows that are served no more is void',
        code: 'if (asked.cursor !== null && asked.cursor.version !== version)',
        instead: 'if (false)',
        spec: REBUILD,
        tests: 'makes cursors of before void',
      },
    ],
  },
  {
    file: 'libs/http/src/row-export.ts',
    guards: [
      {
        guard: 'an export of two versions is broken off',
        code: 'if (page.version !== version)',
        instead: 'if (false)',
        spec: UPGRADE,
        tests: 'breaks the export off',
      },
    ],
  },
  {
    file: 'libs/http/src/live.controller.ts',
    guards: [
      {
        guard: 'a slow reader is cut off',
        code: `if (this.raw.writableLength > MOST_WAITING) this.cutOff(TOO_SLOW);
    else this.raw`,
        instead: 'this.raw',
        spec: CROWD,
        tests: 'a crowd',
      },
      {
        guard: 'who catches up reads at its own pace',
        code: 'if (this.over || this.raw.writableLength < MOST_WAITING / 4) return',
        instead: 'if (PATIENCE > 0) return',
        spec: CROWD,
        tests: 'a crowd',
      },
      {
        guard: 'live readers are told why the deployment closes',
        code: 'for (const stream of this.streams) stream.cutOff(STOPPING);',
        instead: '',
        spec: OPERATION,
        tests: 'tells live readers why',
      },
      {
        guard: 'a live stream is quiet for as long as nothing changes',
        code: 'raw.socket?.setTimeout(0);',
        instead: '',
        spec: HOSTILE,
        tests: 'has kept live streams open',
      },
    ],
  },
  {
    file: 'libs/http/src/health.controller.ts',
    guards: [
      {
        guard: 'what has stalled is told by the health',
        code: ' && alarms.length === 0',
        instead: '',
        spec: OPERATION,
        tests: 'a projection that takes its batch and never ends it',
      },
    ],
  },
  {
    file: 'libs/http/src/server-limits.ts',
    guards: [
      {
        guard: 'there are no more connections than is set',
        code: 'if (open.size <= connections) return;',
        instead: 'if (open.size > 0) return;',
        spec: HOSTILE,
        tests: 'keeps no more connections than is set',
      },
      {
        guard: 'what goes first is the connection that has waited longest',
        code: 'const goes = longest === socket ? rested : longest;',
        instead: 'const goes = rested === longest ? longest : socket;',
        spec: HOSTILE,
        tests: 'keeps no more connections than is set',
      },
      {
        guard: 'a request has its time to arrive whole',
        code: 'requestTimeout: ms,',
        instead: '',
        spec: HOSTILE,
        tests: 'ends connections on which nothing comes',
      },
      {
        guard: 'the head of a request has its time',
        code: 'headersTimeout: Math.min(ms, 10_000), ',
        instead: '',
        spec: HOSTILE,
        tests: 'the head of a request has ten seconds',
      },
      {
        guard: 'who takes nothing of an answer is let go',
        code: 'connectionTimeout: PATIENCE * ms,',
        instead: '',
        spec: HOSTILE,
        tests: 'has kept live streams open',
      },
      {
        guard: 'so many requests of a connection are at work at once',
        code: 'if (before >= MOST_UNANSWERED) socket.destroy();',
        instead: '',
        spec: HOSTILE,
        tests: 'cuts off who sends hundreds of requests',
      },
      {
        guard: 'a connection that is kept open holds no stopping deployment up',
        code: 'setInterval(() => server.closeIdleConnections(), 25).unref();',
        instead: '',
        spec: STOPPING,
        tests: 'waits until an answer is taken',
      },
      {
        guard: 'the last of an answer is taken before its connection is ended',
        code: 'goes.filter((socket) => open.has(socket) && !asks(socket))',
        instead: '[...open].filter((socket) => !silent.has(socket))',
        spec: STOPPING,
        tests: 'waits until an answer is taken',
      },
      {
        guard:
          'what is on its way when the deployment begins to close is answered, on connections that are kept open too',
        code: 'if (!late(closing)) return;',
        instead: '',
        spec: 'test/faults/stopping.spec.ts',
        tests: 'just as the deployment begins to close',
      },
      {
        guard: 'what was let in is answered while the deployment closes',
        code: 'return503OnClosing: false,',
        instead: '',
        spec: HELD,
        tests: 'refuses nobody while',
      },
    ],
  },
  {
    file: 'libs/http/src/live.controller.ts',
    guards: [
      {
        guard: 'a reader of the log that comes back with what was lost is told so',
        code: 'resumed !== null && isLost(this.log, era, resumed)',
        instead: 'false',
        spec: BACKUP,
        tests: 'restored and gone on with',
      },
    ],
  },
  {
    file: 'libs/typeorm/src/served.ts',
    guards: [
      {
        guard: 'a version of rows names the era of its log',
        code: "`${[version, generation, epoch].join('.')}${era === '' ? '' : `~${era}`}`",
        instead: "[version, generation, epoch].join('.')",
        spec: BACKUP,
        tests: 'restored and gone on with',
      },
    ],
  },
  {
    file: 'apps/standalone/src/socket-activation.ts',
    guards: [
      {
        guard: 'of several sockets none is taken',
        code: `if (sockets !== '1') throw`,
        instead: 'if (false) throw',
        spec: HELD,
        tests: 'one of several',
      },
    ],
  },
  {
    file: 'libs/http/src/system-readiness.ts',
    guards: [
      {
        guard: 'a deployment that does not know yet how far its read models have come is not ready',
        code: '(models.length === 0 ? BEGINS : null)',
        instead: 'null',
        spec: OPERATION,
        tests: 'is ready only once',
      },
      {
        guard: 'a read model that stopped is an alarm',
        code: `stopped === null ? [] : [{ follower: model, alarm: \`folds no more: \${stopped}\` }]`,
        instead: '[]',
        spec: PARKED,
        tests: '',
      },
    ],
  },
  {
    file: 'libs/workers/src/projection-worker.ts',
    guards: [
      {
        guard: 'a parked stream is told in the log',
        code: 'await this.tellParked();',
        instead: '',
        spec: REBUILD,
        tests: 'is told in the log',
      },
    ],
  },
  {
    file: 'apps/standalone/src/main.ts',
    guards: [
      {
        guard: 'a deployment that is told to stop answers what was begun',
        code: `app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });`,
        instead: '',
        spec: OPERATION,
        tests: 'answers what was begun',
      },
      {
        guard: 'stopping has its bound',
        code: 'stopWithin(config.shutdownTimeoutSeconds)',
        instead: 'stopWithin(config.shutdownTimeoutSeconds * 1000)',
        spec: 'test/faults/stopping.spec.ts',
        tests: 'ends within the bound',
      },
    ],
  },
  {
    file: 'libs/embedded/src/standalone.module.ts',
    guards: [
      {
        guard: 'a deployment whose disk failed under a commit ends with 70',
        code: 'const onOutcomeUnknown = (): void => process.exit(EXIT_UNSURE);',
        instead: 'const onOutcomeUnknown = (): void => undefined;',
        spec: UNKNOWN,
        tests: 'the built server ends with 70',
      },
      {
        guard: 'the key is whole under its name',
        code: `writeFileSync(\`\${file}.making\`, randomBytes(32).toString('hex'), { mode: 0o600, flush: true });
    renameSync(\`\${file}.making\`, file);`,
        instead: `writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flush: true });
    void renameSync;`,
        spec: KILL,
        tests: 'while it makes its key',
      },
      {
        guard: 'a damaged key is not used',
        code: 'if (!/^[0-9a-f]{64}$/.test(key))',
        instead: 'if (false)',
        spec: DAMAGE,
        tests: 'on a key that was emptied',
      },
      {
        guard: 'damage that was found stays in the health',
        code: 'damage.said() ?? ',
        instead: '',
        spec: DAMAGE,
        tests: 'in the middle of the log',
      },
    ],
  },
  {
    file: 'libs/embedded/src/thread.ts',
    guards: [
      {
        guard: 'a thread that ended begins again',
        code: 'void this.beginAgain(error);',
        instead: '',
        spec: THREAD,
        tests: 'that ended by itself begins again',
      },
    ],
  },
  {
    file: 'libs/embedded/src/read-model-worker-client.ts',
    guards: [
      {
        guard: 'questions to a thread that ended are answered',
        code: 'ended: () => this.letGo(),',
        instead: '',
        spec: THREAD,
        tests: 'questions are read',
      },
    ],
  },
];
