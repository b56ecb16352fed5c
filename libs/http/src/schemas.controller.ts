import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { CommandEnvelope, type Schema, commandOf, eventOf, schemaOf } from '@entente/contracts';
import { Problem, refuseUnknown } from './problem.js';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
/** The version of every command's body. A body of an older version is refused. */
const COMMAND_VERSION = '1';

/** JSON Schemas of the data of events and of the bodies of commands, by kind, type and version. */
@Controller('v1/schemas')
export class SchemasController {
  /** The data of an event, as `dataschema` on the topic names it. */
  @Get('events/:kind/:type/:version')
  @Header('Content-Type', 'application/schema+json; charset=utf-8')
  event(
    @Param('kind') kind: string,
    @Param('type') type: string,
    @Param('version') version: string,
    @Query() query: Record<string, unknown>,
  ): object {
    refuseUnknown(query, []);
    const event = eventOf(kind, type);
    if (event === undefined || String(event.version) !== version) throw noSuchSchema(kind, type, version);
    return { $schema: DIALECT, title: type, description: event.summary, ...schemaOf(event.data) };
  }

  /** The body of a command, with the fields that every command may have. */
  @Get('commands/:kind/:type/:version')
  @Header('Content-Type', 'application/schema+json; charset=utf-8')
  command(
    @Param('kind') kind: string,
    @Param('type') type: string,
    @Param('version') version: string,
    @Query() query: Record<string, unknown>,
  ): object {
    refuseUnknown(query, []);
    const command = commandOf(kind, type);
    if (command === undefined || version !== COMMAND_VERSION) throw noSuchSchema(kind, type, version);
    const body = schemaOf(command.body);
    const properties = { ...propertiesOf(body), ...propertiesOf(schemaOf(CommandEnvelope)) };
    return { $schema: DIALECT, title: type, description: command.summary, ...body, properties };
  }
}

const propertiesOf = (schema: Schema): object => schema['properties'] as object;

const noSuchSchema = (kind: string, type: string, version: string): Problem =>
  new Problem(
    404,
    'no-such-schema',
    `there is no version ${version} of "${type}" on "${kind}"; the catalogue lists them`,
  );
