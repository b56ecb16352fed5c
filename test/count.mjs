/** Ends a run of the tests with a line that counts them. */
export default class Count {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numTotalTests, numTotalTestSuites }) {
    const parts = [
      `${numPassedTests} passed`,
      ...(numFailedTests > 0 ? [`${numFailedTests} failed`] : []),
      ...(numPendingTests > 0 ? [`${numPendingTests} skipped`] : []),
    ];
    const line = `${numTotalTests} tests in ${numTotalTestSuites} files: ${parts.join(', ')}\n`;
    // Behind the runner's own summary.
    process.once('exit', () => process.stderr.write(line));
  }
}
