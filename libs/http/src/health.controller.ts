import { Controller, Get, Res } from '@nestjs/common';
import type { Parked, Watchdog } from '@entente/engine';
import type { HttpReply } from './http-reply.js';

/** How the deployment stands. */
export interface DeploymentStatus {
  /** The last position of the log; null where that is not known. */
  readonly head: bigint | null;
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
    /** How far it is in each partition, where there are several. */
    readonly partitions?: readonly bigint[];
  }[];
  /**
   * Up to where the log is published; null where that is not known. Only who publishes it says so.
   */
  readonly published?: bigint | null;
  /**
   * How many commands wait in the topic of commands; null where that is not known. Only who watches
   * those that answer them says so.
   */
  readonly commandsWaiting?: number | null;
  /** Streams that a read model cannot fold, from which event on, why and since when. */
  readonly parked: readonly Parked[];
  /** What has stalled: by the watchdog's word, or since too many streams are parked. */
  readonly alarms: readonly { readonly follower: string; readonly alarm: string }[];
  /** Why nothing is delivered just now; null where it is. */
  readonly fault: string | null;
}

/** What the watchdog sees standing still. */
export const alarmsOf = (watchdog: Watchdog): DeploymentStatus['alarms'] =>
  [...watchdog.alarms()].map(([follower, alarm]) => ({ follower, alarm }));

/** So many parked streams are named; `entente parked` lists them all. */
const MAX_NAMED = 50;

/** Tells how the deployment stands: given by the app that built it. */
export abstract class Readiness {
  abstract standing(): Promise<DeploymentStatus>;
}

/** By how much a place is behind the end of the log, in positions. */
export const lagBehind = (head: bigint, position: bigint): bigint => (head > position ? head - position : 0n);

/** For whoever watches the process. */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /**
   * Whether it can take what is sent to it: its own services answer. Something that has stalled
   * elsewhere, as a read model that stopped, is no reason to send nothing here any more.
   */
  @Get('serving')
  async serving(@Res({ passthrough: true }) reply: HttpReply): Promise<unknown> {
    const { fault } = await this.readiness.standing();
    reply.status(fault === null ? 200 : 503);
    return { status: fault === null ? 'ok' : 'not-serving', fault };
  }

  /**
   * Whether it serves as it should: how far each read model lags behind the log, in positions, what
   * waits and what is parked. `503` where anything has stalled, a read model that stopped for its
   * parked streams included; one that goes on with a stream parked is ready, and says which.
   */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: HttpReply): Promise<unknown> {
    const standing = await this.readiness.standing();
    const { head, waiting, models, parked, fault, alarms, published, commandsWaiting } = standing;
    const well = fault === null && alarms.length === 0;
    reply.status(well ? 200 : 503);
    return {
      status: well ? 'ok' : 'not-ready',
      position: head === null ? null : String(head),
      waiting,
      parked: parked.length,
      parkedStreams: parked.slice(0, MAX_NAMED).map((one) => ({ ...one, position: String(one.position) })),
      fault,
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
