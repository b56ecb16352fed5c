import { Controller, Get } from '@nestjs/common';
import { VERSION } from '@entente/engine';

/** The running version. */
@Controller('version')
export class VersionController {
  /** The version of Entente, and of Node.js under it. */
  @Get()
  version(): { readonly version: string; readonly node: string } {
    return { version: VERSION, node: process.versions.node };
  }
}
