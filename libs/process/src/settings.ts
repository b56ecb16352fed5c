import { readFileSync } from 'node:fs';
import { validateSync } from 'class-validator';
import { messageOf } from '@entente/async';
import { type DeclaredSetting, settingsDeclaredBy } from './setting.js';

/** The environment, or a part of it: settings by their names. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Reads a file as text; fails with a message where it cannot. */
export type ReadFile = (path: string) => string;

/**
 * Settings as read; or a line for each that is wrong or missing, which begins with its name and
 * states what it takes. No line has a secret.
 */
export type Read<T> = { readonly settings: T } | { readonly wrong: readonly string[] };

/** A class of settings. */
export interface SettingsClass {
  /** What is wrong with several settings together, or with files that they name, as whole lines. */
  check?(readFile: ReadFile): readonly string[];
}

/** Settings that belong together, and how they are read. */
export interface SettingsPart<T> {
  readonly declared: readonly DeclaredSetting[];
  read(env: Env, readFile: ReadFile): Read<T>;
}

/** What some parts are, once they are read. */
export type SettingsIn<Parts> = { readonly [K in keyof Parts]: Parts[K] extends SettingsPart<infer T> ? T : never };

/** What a class of settings holds, without its methods. */
export type SettingsValues<T> = {
  readonly [K in keyof T as T[K] extends (...args: never) => unknown ? never : K]: T[K];
};

/**
 * A part that is read into a class of settings, and given as something else. Where a setting is not
 * given, the value of `defaults` holds, else that of the class.
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

/** A part that is read into a class of settings, and given as that. */
export const settingsPart = <T extends object>(
  Class: new () => T,
  defaults: Partial<T> = {},
): SettingsPart<SettingsValues<T>> => settingsPartAs(Class, (settings): SettingsValues<T> => settings, defaults);

/** Puts what is given into the settings; answers a line for each that is required and missing. */
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

/** A line for each setting whose own value is wrong. */
function wrongValues(settings: object, declared: readonly DeclaredSetting[]): readonly string[] {
  // A class without settings to check is nothing that class-validator knows.
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
 * A name and its value's file: `NAME_FILE` holds the path of a file that holds the value of `NAME`.
 */
const FILE = '_FILE';

/**
 * The environment with each `NAME_FILE` read, its last line break aside, and what was wrong with
 * them. An empty value is the same as none.
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
 * Reads all parts that a process takes, from the environment alone: there is no `NAME_FILE`. If
 * some settings are wrong, every one of all parts is named, once.
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

/** The same, from the environment and the files that it names. */
export function readSettings<Parts extends PartsOf>(
  env: Env,
  parts: Parts,
  readFile: ReadFile = readText,
): Read<SettingsIn<Parts>> {
  const declared = Object.values(parts).flatMap((part) => part.declared);
  const resolved = withFiles(env, declared, readFile);
  const read = readEnvironment(resolved.env, parts, readFile);
  if (resolved.wrong.length === 0) return read;
  // A setting whose file is wrong is not named as missing, too.
  const named = new Set(resolved.wrong.map(nameIn));
  const others = 'wrong' in read ? read.wrong.filter((line) => !named.has(nameIn(line))) : [];
  return { wrong: [...new Set([...resolved.wrong, ...others])] };
}

const nameIn = (line: string): string => (/^\w+/.exec(line)?.[0] ?? line).replace(/_FILE$/, '');

/** Why a file could not be read, without its content. */
export const codeOf = (error: unknown): string => (error as { code?: string } | null)?.code ?? messageOf(error);
