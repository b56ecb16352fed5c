import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';

/** The description of a setting where it is declared. */
export interface SettingOptions {
  /** Its environment variable. */
  readonly name: string;
  /** What it is for: a sentence of the reference. */
  readonly about: string;
  /** What a value has to be; follows "takes". */
  readonly takes?: string;
  /** What holds if it is not given, in words, where that is no value of its own. */
  readonly otherwise?: string;
  /** The process does not start without it. */
  readonly required?: true;
  /** Its value is in no message. */
  readonly secret?: true;
  /** It is the path of a file itself, so there is no `NAME_FILE`. */
  readonly isPath?: true;
  /** An empty value counts as given, and is checked. */
  readonly emptyIsGiven?: true;
}

/** A setting as it was declared. */
export interface DeclaredSetting extends SettingOptions {
  /** The property of its class. */
  readonly property: string;
  /** Its value if it is not given; undefined if it has none then. */
  readonly default?: unknown;
  /** A value of the environment as it is kept; what cannot be converted stays as it is. */
  readonly convert: (text: string) => unknown;
}

const declared = new Map<object, DeclaredSetting[]>();

function declare(target: object, setting: DeclaredSetting): void {
  declared.set(target, [...(declared.get(target) ?? []), setting]);
}

/** The settings that a class declares, those that it inherits first. */
export function settingsDeclaredBy(Class: abstract new () => object): readonly DeclaredSetting[] {
  const found: DeclaredSetting[] = [];
  for (let at = Class.prototype as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null)
    found.unshift(...(declared.get(at) ?? []));
  return found;
}

/** Declares a property as a setting. Decorators of class-validator beside it check its value. */
export const Setting =
  (options: SettingOptions, convert: (text: string) => unknown = (text) => text): PropertyDecorator =>
  (target, property) =>
    declare(target, { ...options, property: String(property), convert });

/** One of some words. */
export const OneOf =
  (words: readonly string[], options: SettingOptions): PropertyDecorator =>
  (target, property) => {
    const takes = words.length > 2 ? `one of ${words.join(', ')}` : words.join(' or ');
    Setting({ takes, ...options })(target, property);
    IsIn([...words])(target, property);
  };

/** A whole number in a range. */
export const WholeNumber =
  (from: number, to: number, options: SettingOptions): PropertyDecorator =>
  (target, property) => {
    const convert = (text: string): unknown => (/^[0-9]{1,9}$/.test(text) ? Number(text) : text);
    Setting({ takes: `a whole number from ${from} to ${to}`, ...options }, convert)(target, property);
    IsInt()(target, property);
    Min(from)(target, property);
    Max(to)(target, property);
  };

/** Text that a pattern matches. */
export const Text =
  (pattern: RegExp, options: SettingOptions): PropertyDecorator =>
  (target, property) => {
    Setting(options)(target, property);
    Matches(pattern)(target, property);
  };
