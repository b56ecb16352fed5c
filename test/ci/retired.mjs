#!/usr/bin/env node
/**
 * A part of `npm run check`: no file and no file name has a retired term, comments, Markdown,
 * messages and names have plain words, comments are wrapped, no type name is declared twice, and no
 * commit subject of the last days is longer than 72 characters. Each retired term is listed with
 * the one to use.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Retired terms, and what to write. */
export const RETIRED = [
  [/\bhouses?\b|\bHouses?\b|[a-z]House|\bHouse[A-Z]/, 'deployment (standalone or distributed)'],
  [/\bENGINES_|engines-spec|deploy\/engines|test\/engines|npm run engines|--engines\b/, 'backing services, services'],
  [/ENTENTE_SEAL_KEY|\bseal[-.]key\b|\bsealKey\b|\bSealer\b/, 'pseudonym key, Pseudonymizer'],
  [/ENTENTE_STOP_SECONDS|\bstopSeconds\b/, 'ENTENTE_SHUTDOWN_TIMEOUT_SECONDS, shutdownTimeoutSeconds'],
  [/ENTENTE_CONNECTIONS|ENTENTE_REQUEST_SECONDS/, 'ENTENTE_MAX_CONNECTIONS, ENTENTE_REQUEST_TIMEOUT_SECONDS'],
  [/\bwrong-shape\b|\bwrongShape\b|\bWrongField\b/, 'validation-failed, validationProblem, FieldError'],
  [/\bnot-there-yet\b|\bNotThereYet\b/, 'read-model-behind, ReadModelBehind'],
  [/\bNoRoom\b|\bRulesFailed\b/, 'DiskFull, DeciderFailed'],
  [/\brevision-moved\b|\bleft_out\b|\bcut-off\b/, 'revision-mismatch, truncated, closed'],
  [/\b[Aa]ntechamber\b|\bkeepDoor\b|\bFrontDoor\b|\bheldSocket\b/, 'startup server, server limits, socket activation'],
  [/\bunopened\b|\bSubmitHandler\b|\bToldOnce\b/, 'emptyStream, ExecuteCommandHandler, LogOnChange'],
  [/\bentente (?:-- )?restored\b/, 'entente begin-era'],
  [/[Ss]tands still|EntenteStandsStill/, 'stalled'],
  [/\bcircumstances\b|\bCircumstances?\b/, 'context, DecisionContext'],
  [/\bseal key\b|\bfront door\b|\bfloor plan\b/, 'pseudonym key, API, dependency rules'],
  [/\bInlet\b|\bKeptAdmin\b|\bAfterTheOlder\b/, 'CommandPartition, ReconnectingAdmin, WaitForOlderProjectors'],
  [/\bdeathOf\b|\bfoldOnto\b|\bfoldBatch\b|\bexample-story\b/, 'failureHeaders, project, projectBatch, example-data'],
  [/\bbefore-the-start\b|\bdue-unchanged\b|\bexceeds-what-stands\b/, 'before-start, same-due, exceeds-what-is-left'],
  [/\breadingBy\b|\bJudgements\b|\bReadingTurns\b/, 'handlersBy, DeferredChecks, FairReads'],
  [/\bsaidBy\b|\bwithWord\b|\bEventCourses?\b/, 'recordedBy, withConcurrence, EventLifecycle'],
  [/\bisSealed\b|\bProjectedLog\b/, 'isPseudonymous, SqliteLogReader'],
  [
    /\bCloses(?:What|Both|The)|\btellEvery\b|\banswerWithin\b|\bmarkEvery\b|'would'|--anew\b|\bfoldAnew\b|\brows_in\b/,
    'StoreCloser, commitInterval, requestTimeout, watermarkInterval, dry-run, --from-scratch, foldFromScratch, table_name',
  ],
];

/** Words that a reader of technical English stumbles over, and what to write. */
export const UNPLAIN = [
  [/\b(?:told|tells?|telling)\b/i, 'notify, report, return or log'],
  [/\b(?:said|says)\b/i, 'states, returns or names'],
  [/\banew\b/i, 'again, or from scratch'],
  [/\bso (?:many|long|often)\b/i, 'the number with its unit'],
  [/\b(?:whoever|nobody|somebody)\b/i, 'the name of the actor'],
  [/\bstands\b/i, 'is, current or status'],
  [/\ban? [\w-]+ of (?:its|their) own\b/i, 'separate, or own'],
  [/\bbroken off\b/i, 'interrupted'],
  [/\b(?:goes|went|gone) on\b/i, 'continues'],
  [/\bput aside\b|\bcomes? about\b/i, 'dead letter, or made'],
  [/\bthe book\b|\brooms\b|\bthe rows of before\b|\bso any more\b/i, 'scenario, libraries, old tables, refused'],
];

/** Names in code that are retired as such, and what to write. */
const NAMES = [
  [/\b(?:told|tells?|said|says|heard)\b/, 'report, message, notified, or what it has'],
  [/\bMOST(?:_|\b)|\b(?:AGAIN|APART|QUIET|SOON)\b/, 'MAX_, or a name with its unit'],
  [/\b(?:wire|ways)\b/, 'contract, or what they are'],
];
/** Literals of one line; what code puts into them is code. */
const LITERAL = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
const INSERTED = /\$\{[^}]*\}/g;

/** Files whose comments, titles of tests, messages and names have plain words only; of Markdown, all. */
const PLAIN = /^(?:(?:apps|libs)\/.*\.ts|test\/.*\.(?:ts|m[jt]s)|(?:deploy|docs)\/.*\.m[jt]s|[^/]*\.mjs|.*\.md)$/;
/** Tests, whose texts are compared with messages, or are data. */
const TEST = /^test\/|[.-]spec\.ts$/;
/** The specs of the rules, whose titles are not checked yet. */
const RULES = /^libs\/domain\//;
/** A line with the title of a test or of a group, and a line that declares a name in a test. */
const TITLE = /^\s*(?:(?:it|describe)(?:\.\w+\(.*\))?|\]\s*(?:as const\s*)?\))\(\s*(['`])(.*?)\1\s*,/;
const LOCAL_NAME = /^\s*(?:export )?(?:async )?(?:const|let|function|interface|type|class|readonly) (\w+)/;

/** Places that keep a retired term: the name of a table in files of old formats. */
const KEPT = [/OLD_STORE_INFO = 'house'|TABLE (?:entente\.)?house\b/];
const SKIPPED =
  /^(?:package-lock\.json|LICENSE|test\/events\/.*\.json|test\/doubles\/eventstoredb\/recorded\/.*|test\/ci\/retired\..*)$/;
const MAX_SUBJECT = 72;
/** Since when commit subjects are held to it. */
const SUBJECTS_SINCE = '2026-11-28T00:00:00Z';

/** Comments wrap at this column. */
const MAX_COMMENT = 100;
const COMMENT = /^\s*(?:\/\/|\/\*|\*(?:[\s/]|$))/;

/** Whether a line is a comment that should have been wrapped: one word alone cannot be. */
export const isUnwrapped = (line) => line.length > MAX_COMMENT && COMMENT.test(line) && / \S+ \S/.test(line.trim());

/** Lines of Markdown wrap at this column. */
const MAX_TEXT = 120;

/** Whether a line of a document should have been wrapped. */
export const isTooLong = (file, line) => file.endsWith('.md') && line.length > MAX_TEXT;

/** The part of a line that a reader reads as text; empty if it is only code. */
function proseIn(file, line) {
  if (file.endsWith('.md') || COMMENT.test(line)) return line.replaceAll(/`[^`]*`/g, '');
  const title = RULES.test(file) ? undefined : TITLE.exec(line)?.[2];
  const name = file.startsWith('test/') ? LOCAL_NAME.exec(line)?.[1] : undefined;
  return title ?? name ?? (TEST.test(file) ? '' : messagesIn(line));
}

/** The literals of a line that have more than one word. */
const messagesIn = (line) => {
  const texts = (line.match(LITERAL) ?? []).map((literal) => literal.replaceAll(INSERTED, ''));
  return texts.filter((text) => text.includes(' ')).join(' ');
};

/** A line of code without its literals and comments. */
const codeIn = (file, line) =>
  file.endsWith('.md') || COMMENT.test(line)
    ? ''
    : line.replaceAll(LITERAL, (literal) => (literal.match(INSERTED) ?? []).join(' ')).replace(/\/\/.*/, '');

/** Which word of a comment, a test's title, a message, a name or of Markdown is not plain. */
export function unplainIn(file, line) {
  if (!PLAIN.test(file)) return null;
  for (const [words, text] of [
    [UNPLAIN, proseIn(file, line)],
    [NAMES, codeIn(file, line)],
  ]) {
    const found = words.find(([pattern]) => pattern.test(text));
    if (found !== undefined) return `"${found[0].exec(text)?.[0]}" is not plain: write ${found[1]}`;
  }
  return null;
}

const SOURCE = /^(?:libs|apps)\/[^/]+\/src\/(?!.*[.-]spec\.ts$).*\.ts$/;
const DECLARED = /^(?:export )?(?:abstract )?(?:interface|type|class) (\w+)/;

/** The name of the type that a line declares; undefined if it declares none. */
export const typeDeclaredIn = (line) => DECLARED.exec(line)?.[1];

/** What is wrong with a line or a file name, in words; null if nothing is. */
export function retiredIn(text) {
  if (KEPT.some((kept) => kept.test(text))) return null;
  const found = RETIRED.find(([pattern]) => pattern.test(text));
  return found === undefined ? null : `${found[0].exec(text)?.[0]} is retired: write ${found[1]}`;
}

function main() {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? '';
  const wrong = [];
  /** Where each type name is declared. */
  const types = new Map();
  for (const file of git('ls-files', '-co', '--exclude-standard').split('\n')) {
    if (file === '' || SKIPPED.test(file)) continue;
    const name = retiredIn(file);
    if (name !== null) wrong.push(`${file}: ${name}`);
    let text;
    try {
      text = readFileSync(new URL(file, `file://${root}`), 'utf8');
    } catch {
      continue;
    }
    for (const [n, line] of text.split('\n').entries()) {
      const fault = retiredIn(line) ?? unplainIn(file, line);
      if (fault !== null) wrong.push(`${file}:${n + 1}: ${fault}`);
      if (/\.(?:ts|mjs)$/.test(file) && isUnwrapped(line))
        wrong.push(`${file}:${n + 1}: a comment wraps at ${MAX_COMMENT} columns`);
      if (isTooLong(file, line)) wrong.push(`${file}:${n + 1}: a document wraps at ${MAX_TEXT} columns`);
      const type = SOURCE.test(file) ? typeDeclaredIn(line) : undefined;
      if (type !== undefined) types.set(type, [...(types.get(type) ?? []), file]);
    }
  }
  for (const [type, files] of types)
    if (new Set(files).size > 1)
      wrong.push(`the type ${type} is declared in ${files.join(' and ')}: one name, one type`);
  for (const subject of git('log', `--since=${SUBJECTS_SINCE}`, '--no-merges', '--format=%s').split('\n'))
    if (subject.length > MAX_SUBJECT) wrong.push(`commit subject of ${subject.length} characters: ${subject}`);
  for (const line of wrong) process.stderr.write(`${line}\n`);
  return wrong.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main());
