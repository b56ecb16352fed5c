import { Controller, Get, Res } from '@nestjs/common';
import type { Parked, Watchdog } from '@entente/engine';
import type { HttpReply } from './http-reply.js';
import { openFilesAlarm } from './open-files.js';

/** The status of the deployment. */
export interface DeploymentStatus {
  /** The last position of the log; null if it is unknown. */
  readonly head: bigint | null;
  /** Appends that wait for their commit. */
  readonly waiting: number;
  readonly models: readonly {
    readonly model: string;
    readonly position: bigint;
    readonly parked: number;
    /** Why it has stopped; null while it folds. */
    readonly stopped: string | null;
    /**
     * The age of the oldest event that it has not folded, in seconds; 0 if it has folded all
     * events.
     */
    readonly behindSeconds: number;
    /** Its position in each partition, if there are several. */
    readonly partitions?: readonly bigint[];
  }[];
  /**
   * The position up to which the log is published; null if it is unknown. Only the process that
   * publishes has it.
   */
  readonly published?: bigint | null;
  /**
   * The number of commands that wait in the commands topic; null if it is unknown. Only a process
   * that watches the intake has it.
   */
  readonly commandsWaiting?: number | null;
  /** The streams that a read model cannot fold: since which event, why, and since when. */
  readonly parked: readonly Parked[];
  /**
   * The alarms: sources that have stalled, models with too many parked streams, and a lack of free
   * files.
   */
  readonly alarms: readonly { readonly source: string; readonly alarm: string }[];
  /** Why nothing is delivered now; null while events are delivered. */
  readonly fault: string | null;
  /** The problem code of the fault, if it has one. */
  readonly code?: string;
}

/** The alarms of the watchdog, and of the files of this process. */
export const alarmsOf = (watchdog: Watchdog): DeploymentStatus['alarms'] => [
  ...[...watchdog.alarms()].map(([source, alarm]) => ({ source, alarm })),
  ...openFilesAlarm(),
];

/** The maximum number of parked streams that are named; `entente parked` lists them all. */
const MAX_NAMED = 50;

/** Returns the status of the deployment; the app that builds the deployment provides it. */
export abstract class Readiness {
  abstract status(): Promise<DeploymentStatus>;
}

/** How far a position is behind the end of the log, in positions. */
export const lagBehind = (head: bigint, position: bigint): bigint => (head > position ? head - position : 0n);

/** Health for operators and probes. */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /**
   * Whether the process can accept requests: its own services answer. A component that has stalled
   * elsewhere, such as a stopped read model, is no reason to stop sending requests here.
   */
  @Get('serving')
  async serving(@Res({ passthrough: true }) reply: HttpReply): Promise<unknown> {
    const { fault, code = null } = await this.readiness.status();
    reply.status(fault === null ? 200 : 503);
    return { status: fault === null ? 'ok' : 'not-serving', fault, code };
  }

  /**
   * Whether the deployment works: how far each read model lags behind the log in positions, which
   * work waits, and which streams are parked. `503` if anything has stalled, including a read model
   * that its parked streams have stopped. A read model that continues with a parked stream is
   * ready, and the answer names the stream.
   */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: HttpReply): Promise<unknown> {
    const system = await this.readiness.status();
    const { head, waiting, models, parked, fault, code = null, alarms, published, commandsWaiting } = system;
    const well = fault === null && alarms.length === 0;
    reply.status(well ? 200 : 503);
    return {
      status: well ? 'ok' : 'not-ready',
      position: head === null ? null : String(head),
      waiting,
      parked: parked.length,
      parkedStreams: parked.slice(0, MAX_NAMED).map((one) => ({ ...one, position: String(one.position) })),
      fault,
      code,
      alarms,
      ...(published === undefined ? {} : { published: published === null ? null : String(published) }),
      ...(commandsWaiting === undefined ? {} : { commandsWaiting }),
      models: models.map(({ model, position, parked: streams, stopped, behindSeconds, partitions }) => ({
        model,
        position: String(position),
        lag: head === null ? null : String(lagBehind(head, position)),
        ...(partitions === undefined ? {} : { partitions: partitions.map(String) }),
        behindSeconds,
        parked: streams,
        stopped,
      })),
    };
  }
}
