import { describe, expect, it } from '@jest/globals';
import { fold, foldedJson, idOf, tidy } from './names.js';

describe('names', () => {
  it('are compared without regard to case, kinds of space and Unicode forms', () => {
    const forms = ["Côte d'Azur", "CÔTE D'AZUR", "Co\u0302te\u00a0d'Azur ", "\tCôte  d'Azur"];
    expect(new Set(forms.map(fold)).size).toBe(1);
    expect(fold('Straße')).toBe(fold('STRASSE'));
    expect(fold('Ελλάς')).toBe(fold('ΕΛΛΆΣ'));
    expect(fold("Côte d'Azur")).not.toBe(fold("Cote d'Azur"));
    expect(tidy('  a\n b\u00a0')).toBe('a b');
  });

  it('give ids of Latin letters and digits, and no id if letters would be lost', () => {
    expect(["Côte d'Azur", 'Łódź', 'Ærø 5', 'A & B (not specified)'].map((name) => idOf(name))).toEqual([
      'cote-d-azur',
      'lodz',
      'aero-5',
      'a-b-not-specified',
    ]);
    expect(['Україна', 'Зона 5', '日本', 'الأردن', '٣', '-', ''].map((name) => idOf(name))).toEqual(
      Array<null>(7).fill(null),
    );
  });

  it('give different ids where they are shortened', () => {
    const long = 'International Military Education and Training';
    const one = idOf(`${long} of officers`);
    const other = idOf(`${long} of others`);
    expect([one?.length, one === other]).toEqual([40, false]);
    expect(idOf(`${long} OF  officers`)).toBe(one);
    expect(idOf('x'.repeat(40))).toBe('x'.repeat(40));
  });

  it('are folded within JSON, whose fields have one order', () => {
    expect(foldedJson({ b: ['X '], a: 1, c: undefined, d: null })).toBe(foldedJson({ a: 1, d: null, b: ['x'] }));
    expect(foldedJson({ a: '1' })).not.toBe(foldedJson({ a: 1 }));
  });
});
