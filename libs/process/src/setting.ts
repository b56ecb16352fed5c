import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';

/** The description of a setting in its declaration. */
export interface SettingOptions {
  /** Its environment variable. */
  readonly name: string;
  /** Its purpose: a sentence of the reference documentation. */
  readonly about: string;
  /** The allowed values. The text follows "takes". */
  readonly takes?: string;
  /** The default as text, if it is not a plain value. */
  readonly otherwise?: string;
  /** The process does not start without it. */
  readonly required?: true;
  /** If true, its value appears in no message. */
  readonly secret?: true;
  /** If true, the value is the path of a file, so there is no `NAME_FILE`. */
  readonly isPath?: true;
  /** If true, an empty value counts as given, and is validated. */
  readonly emptyIsGiven?: true;
}

/** A setting as it was declared. */
export interface DeclaredSetting extends SettingOptions {
  /** The property of its class. */
  readonly property: string;
  /** The default value; undefined if there is none. */
  readonly default?: unknown;
  /**
   * Converts a value of the environment. A value that cannot be converted is returned unchanged.
   */
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

/**
 * Declares a property as a setting. Decorators of class-validator on the same property validate its
 * value.
 */
export const Setting =
  (options: SettingOptions, convert: (text: string) => unknown = (text) => text): PropertyDecorator =>
  (target, property) =>
    declare(target, { ...options, property: String(property), convert });

/** Declares a setting with one of several words. */
export const OneOf =
  (words: readonly string[], options: SettingOptions): PropertyDecorator =>
  (target, property) => {
    const takes = words.length > 2 ? `one of ${words.join(', ')}` : words.join(' or ');
    Setting({ takes, ...options })(target, property);
    IsIn([...words])(target, property);
  };

/** Declares a setting with a whole number in a range. */
export const WholeNumber =
  (from: number, to: number, options: SettingOptions): PropertyDecorator =>
  (target, property) => {
    const convert = (text: string): unknown => (/^[0-9]{1,9}$/.test(text) ? Number(text) : text);
    Setting({ takes: `a whole number from ${from} to ${to}`, ...options }, convert)(target, property);
    IsInt()(target, property);
    Min(from)(target, property);
    Max(to)(target, property);
  };

/** Declares a setting with text that matches a pattern. */
export const Text =
  (pattern: RegExp, options: SettingOptions): PropertyDecorator =>
  (target, property) => {
    Setting(options)(target, property);
    Matches(pattern)(target, property);
  };
