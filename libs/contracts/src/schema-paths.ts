/**
 * The path of the JSON Schema of a version of an event's data or of a command's body, below the
 * address of the API.
 */
export const schemaPath = (part: 'events' | 'commands', kind: string, type: string, version: number): string =>
  `/v1/schemas/${part}/${kind}/${type}/${version}`;
