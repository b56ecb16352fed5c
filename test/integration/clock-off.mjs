/**
 * Loaded before an app, it has this process's clock go wrong by so many milliseconds:
 * `clock-off.mjs?by=-60000`. What is measured by a clock that only counts goes on as before.
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
