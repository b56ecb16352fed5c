import type { CountrySituationEvent } from '@entente/contracts';
import { type Consequence, type RecordedEvent, eventPolicy, parseStream } from '@entente/kernel';
import { holdId } from '../safeguards/holds.js';

interface UnstableCountry {
  readonly country: string;
  readonly instability: string;
}

const situationOf = ({ stream }: Pick<RecordedEvent, 'stream'>) => {
  const ref = parseStream(stream);
  if (ref === null) throw new Error(`no stream has the name ${stream}`);
  return ref;
};

const scopeOf = ({ country }: UnstableCountry) => ({ kind: 'country', id: country }) as const;
const holdOf = ({ instability }: UnstableCountry, event: RecordedEvent): string =>
  `instability.${situationOf(event).id}.${instability}`;

/**
 * R19, R20: what a declaration of instability asks for is done at once: checks are made remotely,
 * the donor's assistance is put on hold, the continuity plan is activated. The hold begins and ends
 * with the instability.
 */
export const instability = eventPolicy<CountrySituationEvent>(
  {
    name: 'instability',
    kind: 'country-situation',
    day: 'cause',
    about: 'instability brings remote monitoring, a hold and a continuity plan if its declaration asks for them',
  },
  {
    InstabilityDeclared: (data, event): readonly Consequence[] => {
      const stream = situationOf(event);
      const { on, donor, continuity } = data;
      const scope = scopeOf(data);
      const mode = { type: 'ChangeMonitoringMode', data: { mode: 'remote', on, reason: 'instability' } } as const;
      const hold = { scope, hold: holdOf(data, event), basis: 'instability', reason: data.reason, donor } as const;
      return [
        ...(data.remoteMonitoring ? [{ stream, command: mode }] : []),
        ...(data.hold
          ? [{ stream: { kind: 'hold', id: holdId(scope) }, command: { type: 'PlaceHold', data: hold } }]
          : []),
        ...(continuity === undefined
          ? []
          : [{ stream, command: { type: 'ActivateContinuityPlan', data: continuity } }]),
      ];
    },
    SituationDayCorrected: ({ item, on, reason, country, hold }, event): readonly Consequence[] => {
      if (country === undefined || hold !== true) return [];
      const of = { country, instability: item };
      const command = { type: 'MoveHold', data: { hold: holdOf(of, event), on, reason } } as const;
      return [{ stream: { kind: 'hold', id: holdId(scopeOf(of)) }, command }];
    },
    StabilityRestored: (data, event): readonly Consequence[] =>
      data.hold
        ? [
            {
              stream: { kind: 'hold', id: holdId(scopeOf(data)) },
              command: { type: 'ReleaseHold', data: { hold: holdOf(data, event), reason: data.reason } },
            },
          ]
        : [],
  },
);
