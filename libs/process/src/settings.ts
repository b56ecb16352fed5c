import { readFileSync } from 'node:fs';
import { validateSync } from 'class-validator';
import { messageOf } from '@entente/async';
import { type DeclaredSetting, settingsDeclaredBy } from './setting.js';

/** The environment, or a part of it: settings by their names. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Reads a file as text. Throws if it cannot. */
export type ReadFile = (path: string) => string;

/**
 * The settings; or a line for each that is wrong or missing. A line begins with the name of the
 * setting and states the allowed values. No line has a secret.
 */
export type Read<T> = { readonly settings: T } | { readonly wrong: readonly string[] };

/** A class of settings. */
export interface SettingsClass {
  /** The errors in combinations of settings, or in files that they name, as whole lines. */
  check?(readFile: ReadFile): readonly string[];
}

/** Settings that belong together, and how they are read. */
export interface SettingsPart<T> {
  readonly declared: readonly DeclaredSetting[];
  read(env: Env, readFile: ReadFile): Read<T>;
}

/** The settings of several parts. */
export type SettingsIn<Parts> = { readonly [K in keyof Parts]: Parts[K] extends SettingsPart<infer T> ? T : never };

/** The properties of a class of settings, without its methods. */
export type SettingsValues<T> = {
  readonly [K in keyof T as T[K] extends (...args: never) => unknown ? never : K]: T[K];
};

/**
 * Creates a part that is read into a class of settings and then converted. A setting that is not
 * given has the value in `defaults`, or else that of the class.
 */
export function settingsPartAs<T extends object, Result>(
  Class: new () => T,
  as: (settings: T) => Result,
  defaults: Partial<T> = {},
): SettingsPart<Result> {
  const unset = Object.assign(new Class(), defaults) as Readonly<Record<string, unknown>>;
  const declared = settingsDeclaredBy(Class).map((one) => ({ ...one, default: unset[one.property] }));
  return {
    declared,
    read(env, readFile) {
      const settings: T & SettingsClass = Object.assign(new Class(), defaults);
      const missing = fill(settings, declared, env);
      const wrong = [...missing, ...wrongValues(settings, declared), ...(settings.check?.(readFile) ?? [])];
      return wrong.length > 0 ? { wrong } : { settings: as(settings) };
    },
  };
}

/** Creates a part that is read into a class of settings. */
export const settingsPart = <T extends object>(
  Class: new () => T,
  defaults: Partial<T> = {},
): SettingsPart<SettingsValues<T>> => settingsPartAs(Class, (settings): SettingsValues<T> => settings, defaults);

/**
 * Assigns the given values to the settings. Returns a line for each required setting that is
 * missing.
 */
function fill(settings: object, declared: readonly DeclaredSetting[], env: Env): readonly string[] {
  const missing: string[] = [];
  for (const { name, property, convert, required, takes, emptyIsGiven } of declared) {
    const value = env[name];
    if (value !== undefined && (value !== '' || emptyIsGiven === true))
      (settings as Record<string, unknown>)[property] = convert(value);
    else if (required === true) missing.push(`${name}: is missing; it takes ${takes}`);
  }
  return missing;
}

/** Returns a line for each setting whose own value is wrong. */
function wrongValues(settings: object, declared: readonly DeclaredSetting[]): readonly string[] {
  // Without `forbidUnknownValues: false`, class-validator rejects a class without validators.
  const failed = new Map(
    validateSync(settings, { skipMissingProperties: true, forbidUnknownValues: false }).map((one) => [
      one.property,
      one.value as unknown,
    ]),
  );
  return declared.flatMap(({ name, property, takes, secret }) => {
    if (!failed.has(property)) return [];
    const value = String(failed.get(property));
    return [`${name}${secret === true || value.trim() === '' ? '' : `=${value}`}: takes ${takes}`];
  });
}

/**
 * The suffix of a setting that names a file: `NAME_FILE` is the path of a file with the value of
 * `NAME`.
 */
const FILE = '_FILE';

/**
 * The environment with the contents of each `NAME_FILE`, without its last line break, and the
 * errors. An empty value counts as missing.
 */
function withFiles(
  env: Env,
  declared: readonly DeclaredSetting[],
  readFile: ReadFile,
): { readonly env: Env; readonly wrong: readonly string[] } {
  const found: Record<string, string | undefined> = { ...env };
  const wrong: string[] = [];
  for (const { name, isPath } of declared) {
    const path = env[`${name}${FILE}`] ?? '';
    if (path === '') continue;
    if (isPath === true) {
      wrong.push(`${name}${FILE}: is no setting, since ${name} takes the path of a file itself`);
      continue;
    }
    if ((env[name] ?? '') !== '') {
      wrong.push(`${name}: is given, and so is ${name}${FILE}; give one of them`);
      continue;
    }
    try {
      found[name] = readFile(path).replace(/\r?\n$/, '');
      if (found[name] === '') wrong.push(`${name}${FILE}: the file that it names is empty`);
    } catch (error) {
      wrong.push(`${name}${FILE}: the file that it names cannot be read (${codeOf(error)})`);
    }
  }
  return { env: found, wrong };
}

type PartsOf = Readonly<Record<string, SettingsPart<unknown>>>;

const readText: ReadFile = (path) => readFileSync(path, 'utf8');

/**
 * Reads all parts of a process from the environment only; `NAME_FILE` is ignored. If settings are
 * wrong, the errors of all parts are returned, each once.
 */
export function readEnvironment<Parts extends PartsOf>(
  env: Env,
  parts: Parts,
  readFile: ReadFile = readText,
): Read<SettingsIn<Parts>> {
  const read = Object.entries(parts).map(([key, part]) => [key, part.read(env, readFile)] as const);
  const wrong = read.flatMap(([, part]) => ('wrong' in part ? part.wrong : []));
  if (wrong.length > 0) return { wrong: [...new Set(wrong)] };
  const settings = Object.fromEntries(read.map(([key, part]) => [key, 'settings' in part ? part.settings : null]));
  return { settings: settings as SettingsIn<Parts> };
}

/** The same as {@link readEnvironment}, from the environment and the files that it names. */
export function readSettings<Parts extends PartsOf>(
  env: Env,
  parts: Parts,
  readFile: ReadFile = readText,
): Read<SettingsIn<Parts>> {
  const declared = Object.values(parts).flatMap((part) => part.declared);
  const resolved = withFiles(env, declared, readFile);
  const read = readEnvironment(resolved.env, parts, readFile);
  if (resolved.wrong.length === 0) return read;
  // If the file of a setting is wrong, the setting is not reported as missing too.
  const named = new Set(resolved.wrong.map(nameIn));
  const others = 'wrong' in read ? read.wrong.filter((line) => !named.has(nameIn(line))) : [];
  return { wrong: [...new Set([...resolved.wrong, ...others])] };
}

const nameIn = (line: string): string => (/^\w+/.exec(line)?.[0] ?? line).replace(/_FILE$/, '');

/** The reason why a file could not be read, without its contents. */
export const codeOf = (error: unknown): string => (error as { code?: string } | null)?.code ?? messageOf(error);
