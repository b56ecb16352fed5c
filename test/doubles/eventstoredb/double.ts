import { setTimeout as pause } from 'node:timers/promises';
import {
  Server,
  ServerCredentials,
  type ServerInterceptor,
  ServerInterceptingCall,
  type UntypedServiceImplementation,
  type handleUnaryCall,
} from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { type Empty, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Appends } from './appends.js';
import { accessDenied, failedAt, unauthenticated } from './errors.js';
import { type Faults, noFaults } from './faults.js';
import { DoubleLog } from './log.js';
import { Reads, sentAs } from './reads.js';
import type { Member, Membership, Role } from './role.js';

const { LEADER, FOLLOWER, UNKNOWN } = MemberInfo.VNodeState;
const STATES = { leader: LEADER, follower: FOLLOWER, unknown: UNKNOWN } as const;

/**
 * The bytes that the server's transport takes in one message; beyond them it ends the call with
 * code 8.
 */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/**
 * The time in which a server that shuts down lets subscriptions go on, in milliseconds. A real one
 * takes five seconds.
 */
const SHUTDOWN_MS = 300;

/** A server that has a certificate, and one user. */
export interface Secured {
  readonly cert: string;
  readonly key: string;
  readonly user: string;
  readonly password: string;
}

/**
 * A server of EventStoreDB's protocol on a loopback socket, with its log in memory. It answers as
 * real servers answered (`recorded/`), except for the faults that are set in `faults`.
 */
export class EventStoreDouble {
  /** The server's clock, in milliseconds; `faults.skew` comes on top. */
  clock: () => number = Date.now;
  port = 0;
  /**
   * The cluster that it belongs to; by itself it leads, unless `faults.leader` names another node.
   */
  membership: Membership = this.alone();
  readonly reads: Reads;
  readonly appends: Appends;
  private server = new Server();

  private constructor(
    readonly log: DoubleLog,
    private readonly secured?: Secured,
    readonly faults: Faults = noFaults(),
  ) {
    const membership = (): Membership => this.membership;
    this.reads = new Reads(log, this.faults, membership);
    this.appends = new Appends(log, this.faults, () => this.time(), membership);
    log.forgetIds();
  }

  /**
   * Starts one on a log, or an empty one, and on a port, or a free one; open to all, or over TLS
   * and to its user alone.
   */
  static async start(log?: DoubleLog, port = 0, secured?: Secured, faults?: Faults): Promise<EventStoreDouble> {
    const own = log ?? new DoubleLog(() => double.time());
    const double: EventStoreDouble = new EventStoreDouble(own, secured, faults);
    double.port = port;
    await double.listen();
    return double;
  }

  /** The connection string. */
  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** The connection string by way of gossip, which names the leader. */
  get clusterUrl(): string {
    return `esdb+discover://127.0.0.1:${this.port}?tls=false`;
  }

  /** Takes calls, on the port that it had. */
  async listen(): Promise<void> {
    this.server = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      ...(this.secured === undefined ? {} : { interceptors: [onlyFor(this.secured)] }),
    });
    const { appends, reads } = this;
    const streams: UntypedServiceImplementation = {
      read: reads.read.bind(reads),
      append: appends.append.bind(appends),
      delete: answered(appends.delete.bind(appends)),
      tombstone: answered(appends.tombstone.bind(appends)),
      batchAppend: appends.batchAppend.bind(appends),
    };
    this.server.addService({ ...StreamsService, read: { ...StreamsService.read, responseSerialize: sentAs } }, streams);
    this.server.addService(ServerFeaturesService, { getSupportedMethods: this.supportedMethods });
    this.server.addService(GossipService, { read: this.gossip });
    this.port = await new Promise<number>((resolve, reject) =>
      this.server.bindAsync(`127.0.0.1:${this.port}`, credentialsOf(this.secured), (error, port) =>
        error === null ? resolve(port) : reject(error),
      ),
    );
  }

  /** Breaks every connection off and refuses new ones, until it listens again. */
  refuse(): void {
    this.server.forceShutdown();
  }

  stop(): void {
    this.server.forceShutdown();
  }

  /**
   * Shuts down in order: appends are refused at once, subscriptions end with code 13 a little
   * later.
   */
  async shutDown(): Promise<void> {
    this.faults.stopping = true;
    await pause(SHUTDOWN_MS);
    this.reads.endSubscriptions();
    // What ends the subscriptions is on its way.
    await pause(50);
    this.stop();
  }

  /** What the server takes for the time. */
  time(): number {
    return this.clock() + this.faults.skew;
  }

  /** Follows src/EventStore.Core/Services/Transport/Grpc/ServerFeatures.cs. */
  private readonly supportedMethods: handleUnaryCall<Empty, SupportedMethods> = (_call, answer) => {
    const streams = 'event_store.client.streams.streams';
    const methods = ['read', 'append', 'batchappend'].map((name) =>
      new SupportedMethod().setServiceName(streams).setMethodName(name),
    );
    answer(null, new SupportedMethods().setEventStoreServerVersion(this.faults.version).setMethodsList(methods));
  };

  /** Follows src/EventStore.Core/Services/Transport/Grpc/Cluster.Gossip.cs. */
  private readonly gossip: handleUnaryCall<Empty, ClusterInfo> = (_call, answer) => {
    const members = this.membership.members().map(({ host, port, state, alive }) =>
      new MemberInfo()
        .setInstanceId(new UUID().setString(`00000000-0000-4000-8000-${String(port).padStart(12, '0')}`))
        .setTimeStamp('0')
        .setState(STATES[state])
        .setIsAlive(alive)
        .setHttpEndPoint(new EndPoint().setAddress(host).setPort(port)),
    );
    answer(null, new ClusterInfo().setMembersList(members));
  };

  private alone(): Membership {
    return {
      role: (): Role => {
        const { leader } = this.faults;
        return leader === null ? { type: 'leader', replicates: true } : { type: 'follower', leader };
      },
      members: (): readonly Member[] => {
        const { leader } = this.faults;
        const state = leader === null ? 'leader' : 'follower';
        const own: Member = { host: '127.0.0.1', port: this.port, state, alive: true };
        return leader === null ? [own] : [own, { ...leader, state: 'leader', alive: true }];
      },
      hold: () => undefined,
      holds: () => false,
    };
  }
}

/** A handler that answers a question which its code fails at with an error, as the server does. */
const answered =
  <Asked, Answered>(handle: handleUnaryCall<Asked, Answered>): handleUnaryCall<Asked, Answered> =>
  (call, answer) => {
    try {
      handle(call, answer);
    } catch (error) {
      answer(failedAt((error as Error).message));
    }
  };

const credentialsOf = (secured?: Secured): ServerCredentials =>
  secured === undefined
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(null, [
        { cert_chain: Buffer.from(secured.cert), private_key: Buffer.from(secured.key) },
      ]);

/**
 * Wrong credentials are refused before anything else
 * (src/EventStore.Core/Services/Transport/Http/AuthenticationMiddleware.cs). Without credentials,
 * the server's features can be read and the streams cannot, as with the default access control
 * lists of a server.
 */
function onlyFor({ user, password }: Secured): ServerInterceptor {
  const right = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return ({ path }, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, goOn) => {
            const [given] = metadata.get('authorization');
            if (given !== undefined && given !== right) call.sendStatus(unauthenticated());
            else if (given === undefined && path.includes('.streams.')) call.sendStatus(accessDenied());
            else goOn(metadata);
          },
        }),
    });
}
