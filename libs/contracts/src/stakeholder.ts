import { GRANTABLE_ROLES } from '@entente/kernel';
import { code, day, eventId, oneOf, optional, organisation, text, word } from './fields.js';
import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';

/** The types of an organisation. `international-organisation` is the international body of R4. */
const STAKEHOLDER_TYPES = [
  'state',
  'international-organisation',
  'implementer',
  'civil-society',
  'oversight-body',
  'research-institution',
] as const;
export type StakeholderType = (typeof STAKEHOLDER_TYPES)[number];

/** One of {@link GRANTABLE_ROLES}. */
export type GrantableRole = (typeof GRANTABLE_ROLES)[number];

const reason = (example: string) => code('the code of the reason', example);
const stakeholderType = () => oneOf(STAKEHOLDER_TYPES, 'what the organisation is');
const country = () => code("the country's code, if it belongs to one", 'vestra');

export class RegisterStakeholder {
  @text('the name of the organisation', 'Republic of Vestra') readonly name!: string;
  @stakeholderType() readonly type!: StakeholderType;
  @optional() @country() readonly country?: string;
}

export class StakeholderReason {
  @reason('credentials-compromised') readonly reason!: string;
}

/** The given fields replace those of the registration. */
export class CorrectRegistration {
  @reason('misspelt') readonly reason!: string;
  @eventId('the registration') readonly corrects!: string;
  @optional() @text('the right name', 'The Republic of Vestra') readonly name?: string;
  @optional() @stakeholderType() readonly type?: StakeholderType;
  @optional() @country() readonly country?: string;
}

export class GrantRole {
  @oneOf(GRANTABLE_ROLES, 'the role') readonly role!: GrantableRole;
}

export class RevokeRole extends GrantRole {
  @reason('left-the-arrangement') readonly reason!: string;
}

export class DesignateFocalPoint {
  @code('what the person answers for', 'end-use-monitoring') readonly subject!: string;
  @word("a reference in the organisation's own register, never a name", 'p-17') readonly person!: string;
}

/** Permission to act for this organisation in one of its roles. */
export class GiveMandate extends GrantRole {
  @organisation('the organisation that speaks', 'ostra-training') readonly to!: string;
  @day('the last day of the mandate', '2036-12-31') readonly until!: string;
}

export class EndMandate extends GrantRole {
  @organisation('the organisation that speaks', 'ostra-training') readonly to!: string;
  @reason('contract-ended') readonly reason!: string;
}

/** An organisation that takes part. Its stream's id is the organisation's own id. */
export const stakeholderContract = contract({
  kind: 'stakeholder',
  about: 'an organisation that takes part: its roles, its focal points, who acts for it, its status',
  commands: {
    RegisterStakeholder: command(
      'register',
      RegisterStakeholder,
      'operator',
      'Register an organisation under its own id',
    ),
    CorrectRegistration: command(
      'correct-registration',
      CorrectRegistration,
      'operator',
      'Correct the registration: the given fields replace those recorded',
      { corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1', reason: 'misspelt', name: 'The Republic of Vestra' },
    ),
    GrantRole: command('grant-role', GrantRole, 'operator', 'Grant a role'),
    RevokeRole: command('revoke-role', RevokeRole, 'operator', 'Revoke a role, and end the mandates that rest on it'),
    DesignateFocalPoint: command(
      'designate-focal-point',
      DesignateFocalPoint,
      'organisation',
      "Name who answers for a subject, by a reference in the organisation's own register",
    ),
    GiveMandate: command(
      'give-mandate',
      GiveMandate,
      'organisation',
      'Let another organisation speak for this one in one of its roles, up to a last day',
    ),
    EndMandate: command(
      'end-mandate',
      EndMandate,
      ['mandate-party', 'system'],
      'End a mandate before its last day, or record that it has passed',
    ),
    SuspendStakeholder: command(
      'suspend',
      StakeholderReason,
      'operator',
      'Suspend the organisation: nothing new is granted to it or by it meanwhile',
    ),
    ReinstateStakeholder: command('reinstate', StakeholderReason, 'operator', 'Reinstate it', {
      reason: 'credentials-renewed',
    }),
  },
  events: {
    StakeholderRegistered: event(RegisterStakeholder, 'An organisation was registered', {
      opens: 'the registration',
      openBecause: 'what an organisation gave and received names it for ever; a suspension ends what it may do',
    }),
    RegistrationCorrected: fact(CorrectRegistration, 'A registration was corrected'),
    RoleGranted: event(GrantRole, 'A role was granted', { opens: 'the role' }),
    RoleRevoked: event(RevokeRole, 'A role was revoked', { closes: ['RoleGranted'] }),
    FocalPointDesignated: event(DesignateFocalPoint, 'A person answers for a subject', {
      opens: 'the focal point',
      openBecause: 'the next designation for the subject replaces it',
    }),
    MandateGiven: event(GiveMandate, 'Another organisation may speak for this one', { opens: 'the mandate' }),
    MandateEnded: event(EndMandate, 'It may no longer', { closes: ['MandateGiven'] }),
    StakeholderSuspended: event(StakeholderReason, 'The organisation was suspended', { opens: 'the suspension' }),
    StakeholderReinstated: event(StakeholderReason, 'The organisation was reinstated', {
      closes: ['StakeholderSuspended'],
    }),
  },
});

export type StakeholderCommand = CommandOf<typeof stakeholderContract>;
export type StakeholderEvent = EventOf<typeof stakeholderContract>;
export type StakeholderRelation = RelationOf<typeof stakeholderContract>;
