/**
 * Loaded before an app, it sets the wall clock of the process off by a number of milliseconds:
 * `?by=-60000`. Monotonic clocks are not changed.
 */
const by = Number(new URL(import.meta.url).searchParams.get('by'));
const Right = Date;

globalThis.Date = class Date extends Right {
  constructor(...given) {
    super(...(given.length === 0 ? [Right.now() + by] : given));
  }
  static now() {
    return Right.now() + by;
  }
};
