import {
  type CheckType,
  type ItemTypeEvent,
  type LegalFrameworkEvent,
  type ParameterName,
  type ProgrammeEvent,
} from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { parameterOf } from '../framework/parameters.js';
import { handlersBy } from './control.js';

/** The kinds of streams on which days and limits rest. */
export const TERM_KINDS = ['item-type', 'legal-framework', 'programme'];

/** Items of one type, and the programme whose framework sets their days. */
export interface ItemsOf {
  readonly donor: string;
  readonly item: string;
  readonly programme?: string | undefined;
}

/** What frameworks and types of items set, as far as the log was read. */
export class Terms {
  private readonly frameworks = new Map<string, string>();
  private readonly set = new Map<string, Map<ParameterName, number>>();
  private readonly own = new Map<string, { readonly firstDays: number; readonly everyDays: number }>();
  private readonly designated = new Set<string>();

  /** Reads an event of any kind; those that set nothing have no effect. */
  readonly read = handlersBy<ItemTypeEvent | LegalFrameworkEvent | ProgrammeEvent>({
    AgreementDrafted: (event) =>
      void this.set.set(
        idOf(event),
        new Map(event.data.parameters.map(({ parameter, value }) => [parameter, value] as const)),
      ),
    ParameterSet: (event) => {
      const of = this.set.get(idOf(event)) ?? new Map<ParameterName, number>();
      this.set.set(idOf(event), of.set(event.data.parameter, event.data.value));
    },
    ProgrammeProposed: (event) => this.names(event, event.data.framework),
    ProgrammeCorrected: (event) => this.names(event, event.data.framework),
    CheckIntervalSet: (event) => void this.own.set(idOf(event), event.data),
    EnhancedDesignationGiven: (event) => void this.designated.add(idOf(event)),
    DesignationRemoved: (event) => void this.designated.delete(idOf(event)),
  });

  /** The framework that a programme names. */
  frameworkOf(programme: string | undefined): string | undefined {
    return programme === undefined ? undefined : this.frameworks.get(programme);
  }

  /** The value of a parameter: that of the programme's framework, or the default. */
  parameter(name: ParameterName, programme: string | undefined): number {
    return this.set.get(this.frameworkOf(programme) ?? '')?.get(name) ?? parameterOf(null, name);
  }

  /** The most days from a receipt to the first check, or from a check to the next. */
  checkDays(type: CheckType, which: 'firstDays' | 'everyDays', { donor, item, programme }: ItemsOf): number {
    const own = this.own.get(`${donor}.${item}`)?.[which];
    if (type === 'routine') {
      const most = this.parameter('routineCheckEveryDays', programme);
      return Math.min(own ?? most, most);
    }
    return (
      own ?? this.parameter(which === 'firstDays' ? 'enhancedFirstCheckDays' : 'enhancedCheckEveryDays', programme)
    );
  }

  /** Whether each item of the type is monitored by its serial now. */
  isDesignated({ donor, item }: Pick<ItemsOf, 'donor' | 'item'>): boolean {
    return this.designated.has(`${donor}.${item}`);
  }

  private names(event: RecordedEvent, framework: string | undefined): undefined {
    if (framework !== undefined) this.frameworks.set(idOf(event), framework);
    return undefined;
  }
}
