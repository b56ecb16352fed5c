import type { CataloguedCommand, ScenarioStep } from '@entente/contracts';
import type { EventStore } from '@entente/engine';
import type { AnyProjection, RecordedEvent } from '@entente/kernel';

export declare const AUDIT: readonly string[];

/** The events, and by id the command that recorded each. */
interface ExampleLog {
  readonly events: readonly RecordedEvent[];
  readonly commands: ReadonlyMap<string, string>;
}
interface Screens {
  readonly models: readonly string[];
  readonly views: readonly string[];
}

/** The libraries that decide: contracts, http, engine and workers. */
interface DecidingParts {
  readonly exampleScenario: (today: string) => readonly ScenarioStep[];
  readonly commandAt: (kind: string, path: string) => CataloguedCommand | undefined;
  readonly [name: string]: unknown;
}
interface ProjectingParts {
  readonly MODELS: readonly AnyProjection[];
  readonly VIEWS: readonly { readonly name: string; readonly movedBy: Readonly<Record<string, unknown>> }[];
  readonly foldRows: unknown;
}

export declare function exampleLog(parts: DecidingParts, store: EventStore, today: string): Promise<ExampleLog>;
export declare function screensMoved(
  parts: ProjectingParts,
  events: readonly RecordedEvent[],
): ReadonlyMap<string, Screens>;
export declare function commandsOf(log: ExampleLog): ReadonlyMap<string, readonly string[]>;
