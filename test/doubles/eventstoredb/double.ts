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
import { accessDenied, unauthenticated } from './errors.js';
import { type Faults, noFaults } from './faults.js';
import { DoubleLog } from './log.js';
import { Reads } from './reads.js';

const { LEADER, FOLLOWER } = MemberInfo.VNodeState;

/** A server that has a certificate, and one user. */
export interface Secured {
  readonly cert: string;
  readonly key: string;
  readonly user: string;
  readonly password: string;
}

/**
 * A server that speaks the protocol of EventStoreDB over a socket on loopback, with its log in memory. It does what the server's source does, where the comments name it, and does wrong
 * what `faults` says.
 */
export class EventStoreDouble {
  readonly faults: Faults = noFaults();
  /** The server's clock, in milliseconds; `faults.skew` comes on top. */
  clock: () => number = Date.now;
  port = 0;
  readonly reads: Reads;
  private readonly appends: Appends;
  private server = new Server();

  private constructor(
    readonly log: DoubleLog,
    private readonly secured?: Secured,
  ) {
    this.reads = new Reads(log, this.faults);
    this.appends = new Appends(log, this.faults, () => this.time());
  }

  /** Starts one on a log, or an empty one, and on a port, or a free one; open to all, or over TLS and to its user alone. */
  static async start(log?: DoubleLog, port = 0, secured?: Secured): Promise<EventStoreDouble> {
    const double: EventStoreDouble = new EventStoreDouble(log ?? new DoubleLog(() => double.time()), secured);
    double.port = port;
    await double.listen();
    return double;
  }

  /** How a client is told where it is. */
  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** The same by way of gossip, which tells the client who leads. */
  get clusterUrl(): string {
    return `esdb+discover://127.0.0.1:${this.port}?tls=false`;
  }

  /** Takes calls, on the port that it had. */
  async listen(): Promise<void> {
    this.server = new Server(this.secured === undefined ? {} : { interceptors: [onlyFor(this.secured)] });
    const { appends, reads } = this;
    const streams: UntypedServiceImplementation = {
      read: reads.read.bind(reads),
      append: appends.append.bind(appends),
      batchAppend: appends.batchAppend.bind(appends),
    };
    this.server.addService(StreamsService, streams);
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
    const { leader } = this.faults;
    const member = (host: string, port: number, state: MemberInfo.VNodeState) =>
      new MemberInfo()
        .setInstanceId(new UUID().setString(`00000000-0000-4000-8000-${String(port).padStart(12, '0')}`))
        .setTimeStamp('0')
        .setState(state)
        .setIsAlive(true)
        .setHttpEndPoint(new EndPoint().setAddress(host).setPort(port));
    const members = [member('127.0.0.1', this.port, leader === null ? LEADER : FOLLOWER)];
    if (leader !== null) members.push(member(leader.host, leader.port, LEADER));
    answer(null, new ClusterInfo().setMembersList(members));
  };
}

const credentialsOf = (secured?: Secured): ServerCredentials =>
  secured === undefined
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(null, [
        { cert_chain: Buffer.from(secured.cert), private_key: Buffer.from(secured.key) },
      ]);

/**
 * Wrong credentials are turned away before anything else (src/EventStore.Core/Services/Transport/Http/AuthenticationMiddleware.cs); without any, what the server can do may be asked, and
 * the streams may not, as with the access control lists that a server begins with.
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
