import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';
import { code, day, eventId, nested, oneOf, optional, organisation, word } from './fields.js';
import { AssistanceScope } from './scope.js';

/** Why a scope is on hold. */
const HOLD_BASES = ['misuse', 'ceasefire', 'embargo', 'instability', 'suspension', 'derogatory-information'] as const;
export type HoldBasis = (typeof HOLD_BASES)[number];

const hold = () => word("the hold's name, unique among those in force on its scope", 'embargo-2026');
const reason = (example: string) => code('the code of the reason', example);
const until = (example: string) => day('the last day of the hold; without one it lasts until it is released', example);

export class PlaceHold {
  @nested(() => AssistanceScope, 'what is on hold: the id of the stream is its kind, a dot, and its id')
  readonly scope!: AssistanceScope;
  @hold() readonly hold!: string;
  @oneOf(HOLD_BASES, 'what the hold rests on', 'embargo') readonly basis!: HoldBasis;
  @reason('arms-embargo') readonly reason!: string;
  @optional() @until('2036-12-31') readonly until?: string;
  @optional()
  @organisation("the donor whose assistance is on hold; every donor's if it is left out")
  readonly donor?: string;
}

export class RenewHold {
  @hold() readonly hold!: string;
  @day('the new last day of the hold', '2037-12-31') readonly until!: string;
  @reason('still-in-force') readonly reason!: string;
}

export class ReleaseHold {
  @hold() readonly hold!: string;
  @reason('embargo-lifted') readonly reason!: string;
}

/** A hold was entered wrongly: each field here replaces the hold's. */
export class CorrectHold {
  @eventId('the event that was wrong') readonly corrects!: string;
  @hold() readonly hold!: string;
  @reason('wrong-last-day') readonly reason!: string;
  @optional() @oneOf(HOLD_BASES, 'the right basis', 'ceasefire') readonly basis?: HoldBasis;
  @optional() @day('the right last day', '2036-11-30') readonly until?: string;
  @optional() @organisation('the donor whose assistance is on hold') readonly donor?: string;
}

/** What a hold rests on began on another day. */
export class MoveHold {
  @hold() readonly hold!: string;
  @day('the right first day of the hold', '2026-05-02') readonly on!: string;
  @reason('mistyped') readonly reason!: string;
}

export class HoldCorrected extends CorrectHold {
  @optional() @day('the right first day of the hold', '2026-05-02') readonly on?: string;
}

export class RecordLapsedHold {
  @hold() readonly hold!: string;
  @day('the last day of the hold, which is over', '2036-12-31') readonly until!: string;
}

export class WithdrawHoldRelease {
  @eventId('the release that was a mistake') readonly corrects!: string;
  @hold() readonly hold!: string;
  @reason('another-hold-meant') readonly reason!: string;
}

/**
 * The holds on one scope: a unit, an item type, a case, a programme, or a country. Enrolment,
 * shipment and disbursement consult the holds of their scopes.
 */
export const holdContract = contract({
  kind: 'hold',
  about: 'the holds on one scope: while one is in force, enrolment, shipment and disbursement there are refused',
  commands: {
    PlaceHold: command('place', PlaceHold, ['hold-authority', 'system'], 'Put a scope on hold'),
    RenewHold: command('renew', RenewHold, ['hold-owner', 'system'], 'Give a hold a later last day'),
    ReleaseHold: command('release', ReleaseHold, ['hold-owner', 'system'], 'End a hold'),
    WithdrawHoldRelease: command(
      'withdraw-release',
      WithdrawHoldRelease,
      'hold-owner',
      'Take back a release that was recorded by mistake: the hold has been in force all the time',
    ),
    CorrectHold: command('correct', CorrectHold, 'hold-owner', 'Correct the basis, last day or donor of a hold'),
    MoveHold: command('move', MoveHold, 'system', 'Give a hold the right first day of what it rests on'),
    RecordLapsedHold: command(
      'record-lapsed',
      RecordLapsedHold,
      'system',
      'Record that a hold ended with its last day',
    ),
  },
  events: {
    HoldPlaced: event(PlaceHold, 'The scope was put on hold', { opens: 'the hold' }),
    HoldRenewed: fact(RenewHold, 'The hold has a later last day'),
    HoldReleased: event(ReleaseHold, 'The hold was ended', { closes: ['HoldPlaced'] }),
    HoldReleaseWithdrawn: fact(WithdrawHoldRelease, 'The release was a mistake: the hold is in force'),
    HoldCorrected: fact(HoldCorrected, 'The hold was corrected'),
    HoldLapsed: event(RecordLapsedHold, 'The hold ended with its last day', { closes: ['HoldPlaced'] }),
  },
});

export type HoldCommand = CommandOf<typeof holdContract>;
export type HoldEvent = EventOf<typeof holdContract>;
export type HoldRelation = RelationOf<typeof holdContract>;
