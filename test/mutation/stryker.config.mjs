/** How `mutation.mjs` runs Stryker: on a copy of the sources below `.entente`, with Jest. */
export default {
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  jest: { configFile: 'test/mutation/jest.config.mjs' },
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 60_000,
  tempDirName: '.entente/mutation',
  ignorePatterns: ['/dist', '/data', '/.entente', '/test/bench', '/test/mutation/node_modules'],
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: '.entente/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowEmpty: false,
};
