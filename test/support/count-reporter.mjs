/** A Jest reporter that ends a run with one line: how many tests there were. */
export default class CountReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numTotalTests, numTotalTestSuites }) {
    const parts = [
      `${numPassedTests} passed`,
      ...(numFailedTests > 0 ? [`${numFailedTests} failed`] : []),
      ...(numPendingTests > 0 ? [`${numPendingTests} skipped`] : []),
    ];
    const line = `${numTotalTests} tests in ${numTotalTestSuites} files: ${parts.join(', ')}\n`;
    // After the runner's own summary.
    process.once('exit', () => process.stderr.write(line));
  }
}
