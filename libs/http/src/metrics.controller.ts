import { Controller, Get, Injectable, Res } from '@nestjs/common';
import type { Observer } from '@entente/engine';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { Readiness, lagBehind } from './health.controller.js';
import type { HttpReply } from './http-reply.js';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** Counters and timers of a deployment, for Prometheus. Times are in seconds. */
@Injectable()
export class Metrics implements Observer {
  readonly registry = new Registry();
  private readonly commands = this.counter('entente_commands_total', 'commands, by what became of them', [
    'outcome',
    'code',
  ]);
  private readonly commandSeconds = this.histogram(
    'entente_command_duration_seconds',
    'from a command to its answer, its commit included',
    SECONDS,
  );
  private readonly decisionSeconds = this.histogram(
    'entente_decision_seconds',
    'one decision: streams folded and rules applied, nothing recorded yet',
    SECONDS,
  );
  private readonly conflicts = this.counter('entente_conflicts_total', 'lost races: commands that were decided again');
  private readonly commitSeconds = this.histogram('entente_commit_seconds', 'one commit of the log', SECONDS);
  private readonly commitAppends = this.histogram('entente_commit_appends', 'commands that shared a commit', SIZES);
  private readonly appended = this.counter('entente_appended_events_total', 'events recorded');
  private readonly projections = this.histogram('entente_projection_seconds', 'one batch folded and kept', SECONDS);
  private readonly folded = this.counter('entente_projected_events_total', 'events that were folded into rows');

  private readonly reconnections = this.counter(
    'entente_reconnections_total',
    'connections to a backing service that were begun again after they had failed',
    ['to'],
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  commandHandled(outcome: Parameters<Observer['commandHandled']>[0], code: string | null, ms: number): void {
    this.commands.inc({ outcome, code: code ?? '' });
    this.commandSeconds.observe(ms / 1000);
  }

  decided(ms: number): void {
    this.decisionSeconds.observe(ms / 1000);
  }

  conflict(): void {
    this.conflicts.inc();
  }

  projected(events: number, ms: number): void {
    this.folded.inc(events);
    this.projections.observe(ms / 1000);
  }

  /** Counts a commit of the log, with its number of appends and of events. */
  committed(appends: number, events: number, ms: number): void {
    this.commitAppends.observe(appends);
    this.appended.inc(events);
    this.commitSeconds.observe(ms / 1000);
  }

  /** Counts a reconnection to a backing service, or of a subscription. */
  reconnected(to: 'event-store' | 'kafka' | 'database'): void {
    this.reconnections.inc({ to });
  }

  /** Creates a gauge that is set at each scrape. */
  gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** Creates a gauge whose value is read at each scrape. */
  gaugeFrom(name: string, help: string, read: () => number): void {
    const registers = [this.registry];
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  private counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  private histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.registry] });
  }
}

/** `/metrics`, for Prometheus. */
@Controller('metrics')
export class MetricsController {
  private readonly waiting: Gauge;
  private readonly lagEvents: Gauge;
  private readonly partitionLag: Gauge;
  private published: Gauge | null = null;
  private publishedTo: Gauge | null = null;
  private commandsWaiting: Gauge | null = null;
  private readonly lagSeconds: Gauge;
  private readonly parked: Gauge;
  private readonly stopped: Gauge;
  private readonly alarms: Gauge;

  constructor(
    private readonly metrics: Metrics,
    private readonly readiness: Readiness,
  ) {
    this.waiting = metrics.gauge('entente_pending_appends', 'commands that wait for their commit');
    this.lagEvents = metrics.gauge('entente_lag_events', 'positions by which a read model is behind the log', [
      'model',
    ]);
    this.partitionLag = metrics.gauge(
      'entente_partition_lag_events',
      'positions by which a read model is behind the log in one partition',
      ['model', 'partition'],
    );
    this.lagSeconds = metrics.gauge('entente_lag_seconds', 'age of the oldest event that a read model lacks', [
      'model',
    ]);
    this.parked = metrics.gauge('entente_parked_streams', 'streams that a read model cannot fold', ['model']);
    this.stopped = metrics.gauge('entente_stopped', '1 if a read model has stopped', ['model']);
    this.alarms = metrics.gauge('entente_alarm', '1 for what has stalled, whatever it reports of itself', ['source']);
  }

  @Get()
  async scrape(@Res({ passthrough: true }) reply: HttpReply): Promise<string> {
    const { head, waiting, models, alarms, published, commandsWaiting } = await this.readiness.status();
    this.waiting.set(waiting);
    if (published !== undefined) this.publishing(head, published);
    if (commandsWaiting !== undefined) this.commandsOnTheTopic(commandsWaiting);
    if (head === null) this.clearUnknown();
    for (const { model, position, parked, stopped, behindSeconds, partitions = [] } of models) {
      if (head === null) continue;
      this.lagEvents.set({ model }, Number(lagBehind(head, position)));
      for (const [partition, at] of partitions.entries())
        this.partitionLag.set({ model, partition }, Number(lagBehind(head, at)));
      this.lagSeconds.set({ model }, behindSeconds);
      this.parked.set({ model }, parked);
      this.stopped.set({ model }, stopped === null ? 0 : 1);
    }
    this.alarms.reset();
    for (const { source } of alarms) this.alarms.set({ source }, 1);
    reply.header('content-type', this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }

  /** Sets the gauge of the publishing process; NaN if the position is unknown. */
  private publishing(head: bigint | null, published: bigint | null): void {
    this.published ??= this.metrics.gauge(
      'entente_publishing_lag_events',
      'positions of the log that are not published yet, by who publishes it',
    );
    this.published.set(head === null || published === null ? NaN : Number(lagBehind(head, published)));
    this.publishedTo ??= this.metrics.gauge(
      'entente_published_position',
      'the position of the log up to which all is published, by who publishes it',
    );
    this.publishedTo.set(published === null ? NaN : Number(published));
  }

  private commandsOnTheTopic(waiting: number | null): void {
    this.commandsWaiting ??= this.metrics.gauge(
      'entente_pending_commands',
      'commands on the topic that are not answered yet, in all its partitions, by the broker',
    );
    this.commandsWaiting.set(waiting ?? NaN);
  }

  /** Removes the values that depend on the end of the log while it is unknown. */
  private clearUnknown(): void {
    for (const gauge of [this.lagEvents, this.partitionLag, this.lagSeconds]) gauge.reset();
  }
}
