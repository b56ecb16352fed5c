import { Controller, Get, Res } from '@nestjs/common';

/** How the house stands. */
export interface Standing {
  /** The last position of the log. */
  readonly head: bigint;
  /** Appends that wait for their commit. */
  readonly waiting: number;
  readonly models: readonly {
    readonly model: string;
    readonly position: bigint;
    readonly parked: number;
    /** Why it folds no more; null while it does. */
    readonly stopped: string | null;
    /** The age of the oldest event that it lacks, in seconds; 0 where it lacks none. */
    readonly behindSeconds: number;
  }[];
  /** What stands still, by the watchdog's word. */
  readonly alarms: readonly { readonly follower: string; readonly alarm: string }[];
  /** Why nothing is delivered just now; null where it is. */
  readonly fault: string | null;
}

/** Tells how the house stands: given by the app that built it. */
export abstract class Readiness {
  abstract standing(): Promise<Standing>;
}

interface Reply {
  status(code: number): Reply;
}

/** For whoever watches the process. */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** Whether it serves as it should: how far each read model lags behind the log, in positions, what waits and what is parked. `503` where anything stands still. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    const { head, waiting, models, fault, alarms } = await this.readiness.standing();
    const parked = models.reduce((sum, model) => sum + model.parked, 0);
    const well = fault === null && alarms.length === 0 && models.every(({ stopped }) => stopped === null);
    reply.status(well ? 200 : 503);
    return {
      status: well ? 'ok' : 'not-ready',
      position: String(head),
      waiting,
      parked,
      fault,
      alarms,
      models: models.map(({ model, position, parked: streams, stopped, behindSeconds }) => ({
        model,
        position: String(position),
        lag: String(head > position ? head - position : 0n),
        behindSeconds,
        parked: streams,
        stopped,
      })),
    };
  }
}
