import { beforeAll, describe, expect, it } from '@jest/globals';
import { CONTROLS, type ControlFinding } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';
import { findingsIn } from '../support/control-findings.js';
import { PLANTERS, plant } from '../support/planted-breaches.js';
import { type Chance, chanceOf, decidedHistory } from '../support/random-history.js';

const RULES = Object.keys(PLANTERS);
/** How many breaches are planted at most in one history. */
const MAX_RULES = 40;

/** The findings as the rule and the event, each once. */
const named = (found: readonly ControlFinding[]): ReadonlySet<string> =>
  new Set(found.map(({ rule, event: { id } }) => `${rule} ${id}`));

/** A number of rules by chance; a rule can be among them several times. */
const rulesBy = (chance: Chance): readonly string[] =>
  Array.from({ length: 1 + chance(MAX_RULES) }, () => RULES[chance(RULES.length)] as string);

/** The seed of the history, and those of the breaches. */
const SEED = Number(process.env['FIGURES_SEED'] ?? 8);
const SEEDS = Array.from({ length: 12 }, (_, n) => SEED + (n + 1) * 15_485_863);

/** A property of the controls: what is planted at random in a history is found, and only that. */
export function plantedBreaches(): void {
  describe(`breaches planted at random (FIGURES_SEED=${SEED})`, () => {
    let history: readonly RecordedEvent[];
    let before: readonly ControlFinding[];
    let broken: ReadonlySet<string>;
    const used = new Set<string>();
    beforeAll(async () => {
      history = await decidedHistory(SEED);
      before = findingsIn(history);
      broken = new Set(before.map(({ event: { id } }) => id));
    });

    it('can be of every rule that has a control', () => {
      expect(new Set(RULES)).toEqual(new Set(CONTROLS.map(({ rule }) => rule)));
    });

    it.each(SEEDS)('are found exactly, and nothing else (seed %i)', (of) => {
      const chance = chanceOf(of);
      const { events, expected } = plant(history, broken, rulesBy(chance), chance);
      for (const one of expected) used.add(one.slice(0, one.indexOf(' ')));
      const found = named(findingsIn(events));
      const there = new Set(events.map(({ id }) => id));
      const still = named(before.filter(({ event: { id } }) => there.has(id)));
      expect([...found].filter((one) => !still.has(one)).toSorted()).toEqual([...expected].toSorted());
      expect([...still].filter((one) => !found.has(one))).toEqual([]);
      expect(named(findingsIn(plant(history, broken, [], chance).events))).toEqual(named(before));
    });

    it('were of every rule', () => {
      expect(used).toEqual(new Set(RULES));
    });
  });
}
