import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/**
 * A fenced block of a document: the info string, its text, and the block behind it if that follows
 * at once.
 */
export interface Block {
  readonly info: string;
  readonly text: string;
}

/** Every document, by its path from the root. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'deploy/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith('generate'))
    .map((file) => join('docs', file))
    .sort(),
];

export const textOf = (document: string): string => readFileSync(join(ROOT, document), 'utf8');

/** The fenced blocks of a document, in order, without the indent of a list. */
export const blocksOf = (document: string): readonly Block[] =>
  [...textOf(document).matchAll(/^( *)```(.*)\n([^]*?)^ *```$/gm)].map(([, indent = '', info = '', text = '']) => ({
    info,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));

/** A document without its fenced blocks and code. */
const proseOf = (document: string): string =>
  textOf(document)
    .replaceAll(/^( *)```.*\n[^]*?^ *```$/gm, '')
    .replaceAll(/`[^`]*`/g, (code) => code.replaceAll(/[[\]()#]/g, ''));

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of textOf(document)
    .replaceAll(/^( *)```.*\n[^]*?^ *```$/gm, '')
    .matchAll(/^#{1,6} (.*)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** The links of a document to files of the checkout, and those of them that lead nowhere. */
export function linksOf(document: string): { readonly to: readonly string[]; readonly dead: readonly string[] } {
  const prose = proseOf(document);
  const targets = [
    ...[...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
    ...[...prose.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target = '']) => target),
  ].filter((target) => !/^[a-z]+:/.test(target));
  const to = new Set<string>();
  const dead = targets.filter((target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path));
    if (!existsSync(join(ROOT, file))) return true;
    to.add(file);
    return anchor !== undefined && !anchorsOf(file).has(anchor);
  });
  return { to: [...to], dead };
}
