import { describe, expect, it } from '@jest/globals';
import { IsInt, IsString, getMetadataStorage, validateSync } from 'class-validator';
import { compileOnce } from './compiled.js';

class Named {
  @IsString() name!: string;
}
class Counted extends Named {
  @IsInt() count!: number;
  @IsInt({ groups: ['late'] }) late!: number;
}

describe('compiled validation rules', () => {
  const wrong = (value: object, groups?: string[]) =>
    validateSync(value, groups === undefined ? {} : { groups }).map(({ property }) => property);

  it('are those of the class and its parents, the same each time, and separate for each group', () => {
    const documents = () => [
      wrong(Object.assign(new Counted(), { name: 1, count: 'x', late: 1 })),
      wrong(Object.assign(new Named(), { name: 1 })),
      wrong(Object.assign(new Counted(), { name: 'a', count: 1, late: 1 })),
      wrong(Object.assign(new Counted(), { name: 1, count: 1, late: 'x' }), ['late']),
    ];
    const before = documents();
    const storage = getMetadataStorage();
    let searches = 0;
    const search = storage.getTargetValidationMetadatas.bind(storage);
    storage.getTargetValidationMetadatas = (...asked) => {
      searches += 1;
      return search(...asked);
    };
    compileOnce(storage);
    expect([documents(), documents()]).toEqual([before, before]);
    // Once per class; with groups, each time.
    expect(searches).toBe(2 + 2);
  });
});
