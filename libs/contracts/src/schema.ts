/** The key under which a schema refers to its class. It is not part of the JSON. */
export const OF_CLASS = Symbol('of class');

/** The key under which a schema is marked as an amount of money. It is not part of the JSON. */
export const IN_MINOR_UNITS = Symbol('in minor units');

/** A JSON Schema, as far as the contracts need one. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly [OF_CLASS]?: string;
  readonly [IN_MINOR_UNITS]?: true;
}

interface DeclaredFields {
  readonly properties: Map<string, Schema>;
  readonly optional: Set<string>;
}
const described = new WeakMap<object, DeclaredFields>();

/** The fields declared for a class so far, with those of its parents. */
export function fieldsOf(target: object): DeclaredFields {
  let own = described.get(target);
  if (own === undefined) {
    const parent = Object.getPrototypeOf(target) as object | null;
    const inherited = parent === null ? undefined : described.get(parent);
    own = { properties: new Map(inherited?.properties), optional: new Set(inherited?.optional) };
    described.set(target, own);
  }
  return own;
}

/** The JSON Schema of a class, from its field decorators. */
export function schemaOf(of: new () => object): Schema {
  const { properties, optional } = fieldsOf(of.prototype as object);
  return {
    type: 'object',
    additionalProperties: false,
    required: [...properties.keys()].filter((name) => !optional.has(name)),
    properties: Object.fromEntries(properties),
    [OF_CLASS]: of.name,
  };
}

/** An object of a class, from the examples of its fields, optional ones included. */
export const exampleOf = (of: new () => object): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...fieldsOf(of.prototype as object).properties].map(([name, { example }]) => [name, example]));
