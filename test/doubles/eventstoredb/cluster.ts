import { EventStoreDouble } from './double.js';
import type { Faults } from './faults.js';
import { Front } from './front.js';
import { DoubleLog } from './log.js';
import type { Member, Membership, Place, Role } from './role.js';

/**
 * How long things take in a cluster, in milliseconds. Real ones take longer; tests need not wait.
 */
export interface ClusterTimes {
  /** From the loss of a leader, once it is noticed, to the next one. */
  readonly election: number;
  /** Until the others notice that a node is frozen. */
  readonly silence: number;
  /** How long, in milliseconds, a leader without followers still answers reads and holds writes. */
  readonly resign: number;
  /** How long, in milliseconds, a deposed leader that resumes answers reads as if it led. */
  readonly stale: number;
}

const TIMES: ClusterTimes = { election: 500, silence: 2000, resign: 1500, stale: 200 };

export type NodeState = 'running' | 'frozen' | 'killed';

interface Held {
  readonly stream: string;
  readonly at: number;
  readonly commit: (at: number) => void;
}

interface Node {
  readonly double: EventStoreDouble;
  readonly front: Front;
  state: NodeState;
  /** Since when it is frozen, by the steady clock. */
  since: number;
  takesItselfFor: 'leader' | 'follower' | 'unknown';
  /** Writes that no follower acknowledged. */
  held: Held[];
}

/**
 * A cluster of servers on one log: one leads while more than half of them run. Nodes are killed,
 * frozen and started again from outside; the rest follows from that, as real clusters of three were
 * seen to behave: a leader that dies is replaced, one that is frozen is replaced once the others
 * notice, one that loses its followers holds its writes and resigns.
 */
export class EventStoreCluster {
  private readonly nodes: Node[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  /** The node that leads; a deposed one may still take itself for the leader. */
  private lead: Node | null = null;
  private electing = false;

  private constructor(
    readonly log: DoubleLog,
    private readonly times: ClusterTimes,
  ) {}

  /** Starts one on a log, or an empty one, on ports, or free ones. The first node leads. */
  static async start({
    log = new DoubleLog(() => Date.now()),
    ports = [0, 0, 0],
    times = TIMES,
    faults,
  }: {
    readonly log?: DoubleLog;
    readonly ports?: readonly number[];
    readonly times?: ClusterTimes;
    /** The faults of all nodes; by default each has its own. */
    readonly faults?: Faults;
  } = {}): Promise<EventStoreCluster> {
    const cluster = new EventStoreCluster(log, times);
    for (const port of ports) {
      const double = await EventStoreDouble.start(log, 0, undefined, faults);
      const front = await Front.open(port, double.port);
      const node: Node = { double, front, state: 'running', since: 0, takesItselfFor: 'follower', held: [] };
      double.membership = cluster.membershipOf(node);
      cluster.nodes.push(node);
    }
    cluster.elect(cluster.at(0));
    return cluster;
  }

  /** The connection string: every node as a seed of the gossip. */
  get url(): string {
    return `esdb://${this.nodes.map(({ front }) => `127.0.0.1:${front.port}`).join(',')}?tls=false`;
  }

  get ports(): readonly number[] {
    return this.nodes.map(({ front }) => front.port);
  }

  /** The node that leads, by its number; null if none does. */
  leader(): number | null {
    return this.lead === null ? null : this.nodes.indexOf(this.lead);
  }

  states(): readonly NodeState[] {
    return this.nodes.map(({ state }) => state);
  }

  /** A node, whose faults tests set. */
  node(at: number): EventStoreDouble {
    return this.at(at).double;
  }

  /** Ends a node at once, as SIGKILL does. */
  kill(at: number): void {
    const node = this.at(at);
    if (node.state === 'killed') return;
    node.state = 'killed';
    node.front.close();
    node.takesItselfFor = 'unknown';
    if (this.lead === node) this.lead = null;
    // What any of them remembers, all do that go on.
    if (this.nodes.every(({ state }) => state === 'killed')) this.log.forgetIds();
    this.look();
  }

  /** Every node, whose faults tests set. */
  get doubles(): readonly EventStoreDouble[] {
    return this.nodes.map(({ double }) => double);
  }

  /** Freezes a node: its connections stay open and nothing comes over them. */
  freeze(at: number): void {
    const node = this.at(at);
    if (node.state !== 'running') return;
    node.state = 'frozen';
    node.since = performance.now();
    node.front.freeze();
    this.later(this.times.silence, () => this.look());
    this.look();
  }

  /** Lets a frozen node go on, or starts a killed one again. */
  async revive(at: number): Promise<void> {
    const node = this.at(at);
    if (node.state === 'running') return;
    const wasFrozen = node.state === 'frozen';
    if (!wasFrozen) await node.front.open();
    node.state = 'running';
    if (wasFrozen) node.front.thaw();
    if (this.lead === node || this.lead === null) {
      // A leader that was frozen too shortly to be noticed continues; without a leader, all elect
      // one.
      if (this.lead === null) node.takesItselfFor = 'unknown';
      return this.look();
    }
    const follow = (): void => {
      node.takesItselfFor = 'follower';
      // A deposed node with writes of its own ends itself, and loses them when it starts again.
      if (node.held.splice(0).length > 0 && wasFrozen) this.kill(at);
      this.look();
    };
    if (node.takesItselfFor === 'leader') this.later(this.times.stale, follow);
    else follow();
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    for (const { double, front } of this.nodes) {
      front.close();
      double.stop();
    }
  }

  /** Shuts all nodes down in order, at the same time. */
  async shutDown(): Promise<void> {
    await Promise.all(this.nodes.map(({ double }) => double.shutDown()));
    this.stop();
  }

  private at(at: number): Node {
    const node = this.nodes[at];
    if (node === undefined) throw new RangeError(`there is no node ${at}; there are ${this.nodes.length}, from 0 on`);
    return node;
  }

  private membershipOf(node: Node): Membership {
    return {
      role: () => this.roleOf(node),
      members: () => this.nodes.map((one) => this.memberOf(one)),
      hold: (stream, commit) => void node.held.push({ stream, at: Date.now(), commit }),
      holds: (stream) => node.held.some((one) => one.stream === stream),
    };
  }

  private roleOf(node: Node): Role {
    if (node.takesItselfFor === 'leader') return { type: 'leader', replicates: node === this.lead && this.hasQuorum() };
    if (node.takesItselfFor === 'unknown' || this.lead === null) return { type: 'leaderless' };
    return { type: 'follower', leader: placeOf(this.lead) };
  }

  private memberOf(node: Node): Member {
    const alive = node.state === 'running' || (node.state === 'frozen' && !this.isNoticed(node));
    return { ...placeOf(node), state: alive ? node.takesItselfFor : 'unknown', alive };
  }

  private hasQuorum(): boolean {
    return this.running().length * 2 > this.nodes.length;
  }

  private isNoticed({ state, since }: Node): boolean {
    return state === 'frozen' && performance.now() - since >= this.times.silence - 1;
  }

  /** Sees what follows from the states of the nodes. */
  private look(): void {
    const { lead } = this;
    if (lead !== null && this.isNoticed(lead)) this.lead = null;
    else if (lead !== null && this.hasQuorum()) return this.elect(lead);
    else if (lead !== null) {
      if (lead.state === 'running') this.later(this.times.resign, () => this.resign(lead));
      return;
    }
    for (const node of this.nodes) if (node.state === 'running') node.takesItselfFor = 'unknown';
    if (this.electing || !this.hasQuorum()) return;
    this.electing = true;
    this.later(this.times.election, () => {
      this.electing = false;
      // The one with the longest log.
      const [first] = this.running().sort((a, b) => b.held.length - a.held.length);
      if (this.lead === null && first !== undefined && this.hasQuorum()) this.elect(first);
      else this.look();
    });
  }

  /** A leader without followers gives up. */
  private resign(node: Node): void {
    if (this.lead !== node || node.state !== 'running' || this.hasQuorum()) return;
    this.lead = null;
    this.look();
  }

  /**
   * One leads, the others that run follow; its held writes are replicated, as of the time at which
   * they came.
   */
  private elect(node: Node): void {
    this.lead = node;
    for (const one of this.running()) if (one !== node) one.takesItselfFor = 'follower';
    node.takesItselfFor = 'leader';
    if (node.state !== 'running') return;
    for (const { at, commit } of node.held.splice(0)) commit(at);
  }

  private running(): Node[] {
    return this.nodes.filter(({ state }) => state === 'running');
  }

  private later(ms: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      what();
    }, ms);
    this.timers.add(timer);
  }
}

const placeOf = ({ front }: Node): Place => ({ host: '127.0.0.1', port: front.port });
