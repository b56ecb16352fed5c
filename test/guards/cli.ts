import type { Guarded } from './guard.js';

const BACKUP = 'test/faults/backup.spec.ts';
const APART = 'test/faults/ports-apart.spec.ts';
const MOVE = 'test/stories/move.spec.ts';

export const CLI: readonly Guarded[] = [
  {
    file: 'apps/cli/src/backup.ts',
    guards: [
      {
        guard: 'the rows are copied before the log',
        code: '[...(rows ? [ROWS] : []), LOG, ...refusals, ...(pseudonymKey ? [KEY] : [])]',
        instead: '[LOG, ...(rows ? [ROWS] : []), ...refusals, ...(pseudonymKey ? [KEY] : [])]',
        spec: BACKUP,
        tests: 'made under load',
      },
      {
        guard: 'the refused commands are in a backup',
        code: 'existsSync(join(data, REFUSALS)) ? [REFUSALS] : []',
        instead: '[] as string[]',
        spec: BACKUP,
        tests: 'keeps the refused commands too',
      },
      {
        guard: 'who comes back with what a restored log lost is known',
        code: 'beginEra(making);',
        instead: '',
        spec: BACKUP,
        tests: 'restored and gone on with',
      },
      {
        guard: 'a backup is made into an empty folder',
        code: 'if (inUse(to)) throw',
        instead: 'if (false) throw',
        spec: BACKUP,
        tests: 'is refused into a folder that holds something',
      },
      {
        guard: 'a file of a backup that is missing is told',
        code: 'if (!existsSync(file)) wrong.push(`${name} is missing`);',
        instead: 'if (!existsSync(file)) continue;',
        spec: BACKUP,
        tests: 'that is not what its manifest says',
      },
      {
        guard: 'a file of a backup has the size of the manifest',
        code: 'if (statSync(file).size !== bytes)',
        instead: 'if (false)',
        spec: BACKUP,
        tests: 'that is not what its manifest says',
      },
      {
        guard: 'a file of a backup has the digest of the manifest',
        code: 'if ((await digestOf(file)) !== sha256)',
        instead: 'if (false)',
        spec: BACKUP,
        tests: 'that is not what its manifest says',
      },
      {
        guard: 'a backup that is not what its manifest says is not restored',
        code: 'if (wrong.length > 0) throw',
        instead: 'if (false) throw',
        spec: BACKUP,
        tests: 'that is not what its manifest says',
      },
      {
        guard: 'the log of a backup ends where the manifest says',
        code: 'if (String(head) !== position || id !== manifest.log || held !== digest)',
        instead: 'if (false)',
        spec: BACKUP,
        tests: 'whose log ends elsewhere',
      },
      {
        guard: 'what has no manifest is no backup',
        code: 'if (!existsSync(file)) throw new Error(`${from} is no backup: it has no ${MANIFEST}`);',
        instead: '',
        spec: BACKUP,
        tests: 'is refused into a folder that holds something',
      },
    ],
  },
  {
    file: 'apps/cli/src/folder.ts',
    guards: [
      {
        guard: 'only an empty folder is filled',
        code: 'if (inUse(folder)) throw',
        instead: 'if (false) throw',
        spec: BACKUP,
        tests: 'restored into an empty one only',
      },
      {
        guard: 'a folder is filled beside its name, and has it once it is whole',
        code: `const making = \`\${folder.replace(/\\/+$/, '')}.making\`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  try {
    await fill(making);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);`,
        instead: `mkdirSync(folder, { recursive: true });
  try {
    await fill(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }`,
        spec: APART,
        tests: 'an exported log',
      },
      {
        guard: 'a folder that could not be filled is taken away',
        code: `rmSync(making, { recursive: true, force: true });
    throw error;`,
        instead: 'throw error;',
        spec: BACKUP,
        tests: 'whose log ends elsewhere',
      },
    ],
  },
  {
    file: 'apps/cli/src/move.ts',
    guards: [
      {
        guard: 'an exported log that was broken off is not read',
        code: 'if (sha256 === undefined || digest === undefined)',
        instead: 'if (false)',
        spec: MOVE,
        tests: 'a log that is moved',
      },
      {
        guard: 'an exported log that has another digest is not read',
        code: `if (sha256 !== hash.digest('hex') || end.events !== lines - 2)`,
        instead: 'if (false)',
        spec: MOVE,
        tests: 'a log that is moved',
      },
      {
        guard: 'what is no exported log is not read',
        code: `if (head.entente !== 'log') throw`,
        instead: 'if (false) throw',
        spec: MOVE,
        tests: 'a log that is moved',
      },
      {
        guard: 'an exported log replaces no file',
        code: 'if (existsSync(file)) throw',
        instead: 'if (false) throw',
        spec: MOVE,
        tests: 'a log that is moved',
      },
    ],
  },
];
