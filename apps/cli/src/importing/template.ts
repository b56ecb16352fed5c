/** A part of a template: text as it is, or the name in braces. */
type TemplatePart = string | { readonly name: string };

/** A text with names in braces, in parts. `{{` and `}}` are braces. */
export class Template {
  readonly parts: readonly TemplatePart[];
  readonly names: readonly string[];

  /** Fails if a brace is not closed. */
  constructor(readonly text: string) {
    const parts: TemplatePart[] = [];
    let rest = text;
    while (rest !== '') {
      const found = /^(?:(?<literal>(?:[^{}]|\{\{|\}\})+)|\{(?<name>[^{}]+)\})/u.exec(rest);
      if (found === null) throw new Error(`"${text}" has a brace that is not closed: {{ and }} are braces themselves`);
      const { literal, name } = found.groups ?? {};
      if (literal !== undefined) parts.push(literal.replaceAll('{{', '{').replaceAll('}}', '}'));
      else parts.push({ name: (name ?? '').trim() });
      rest = rest.slice(found[0].length);
    }
    this.parts = parts;
    this.names = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name]));
  }

  private static readonly parsed = new Map<string, Template>();

  /** The template of a text that a mapping has: each is parsed once. */
  static of(text: string): Template {
    let template = Template.parsed.get(text);
    if (template === undefined) Template.parsed.set(text, (template = new Template(text)));
    return template;
  }

  /** The name, if the template is one name in braces and nothing else. */
  get only(): string | undefined {
    const [first] = this.parts;
    return this.parts.length === 1 && typeof first === 'object' ? first.name : undefined;
  }

  /** The text with what the names stand for. */
  fill(of: (name: string) => string): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : of(part.name))).join('');
  }
}
