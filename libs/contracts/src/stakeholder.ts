import type { DataOf } from '@entente/kernel';
import type { GrantableRole, StakeholderCommand, StakeholderEvent, StakeholderType } from '@entente/domain';
import { code, day, eventId, oneOf, optional, organisation, text, word } from './old-fields.js';
import type { KindWire } from './wire.js';

type Body<Type extends StakeholderCommand['type']> = DataOf<StakeholderCommand, Type>;
const TYPES = [
  'state',
  'international-organisation',
  'implementer',
  'civil-society',
  'oversight-body',
  'research-institution',
] as const satisfies readonly StakeholderType[];
const GRANTABLE = [
  'donor',
  'recipient',
  'implementer',
  'monitor',
  'vetter',
  'investigator',
  'evaluator',
  'mediator',
  'auditor',
] as const satisfies readonly GrantableRole[];

export class RegisterStakeholder implements Body<'RegisterStakeholder'> {
  @text() name!: string;
  @oneOf(...TYPES) type!: StakeholderType;
  @optional() @code() country?: string;
}
export class BecauseOf implements Body<'SuspendStakeholder'> {
  @code() reason!: string;
}
export class CorrectRegistration extends BecauseOf implements Body<'CorrectRegistration'> {
  @eventId() corrects!: string;
  @optional() @text() name?: string;
  @optional() @oneOf(...TYPES) type?: StakeholderType;
  @optional() @code() country?: string;
}
export class GrantRole implements Body<'GrantRole'> {
  @oneOf(...GRANTABLE) role!: GrantableRole;
}
export class RevokeRole extends GrantRole implements Body<'RevokeRole'> {
  @code() reason!: string;
}
export class DesignateFocalPoint implements Body<'DesignateFocalPoint'> {
  @code() subject!: string;
  @word() person!: string;
}
export class GiveMandate extends GrantRole implements Body<'GiveMandate'> {
  @organisation() to!: string;
  @day() until!: string;
}
export class EndMandate extends GrantRole implements Body<'EndMandate'> {
  @organisation() to!: string;
  @code() reason!: string;
}

/** Organisations on the wire. */
export const stakeholderWire: KindWire<StakeholderCommand, StakeholderEvent> = {
  kind: 'stakeholder',
  about: 'an organisation that takes part: its roles, its focal points, who speaks for it, its standing',
  commands: {
    RegisterStakeholder: {
      path: 'register',
      body: RegisterStakeholder,
      summary: "Register an organisation under its own id; the operator's",
      example: { name: 'Republic of Vestra', type: 'state', country: 'vestra' },
    },
    CorrectRegistration: {
      path: 'correct-registration',
      body: CorrectRegistration,
      summary: "Correct the registration: what is given replaces what it said; the operator's",
      example: {
        corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
        reason: 'misspelt',
        name: 'The Republic of Vestra',
      },
    },
    GrantRole: {
      path: 'grant-role',
      body: GrantRole,
      summary: "Grant a role; the operator's",
      example: { role: 'donor' },
    },
    RevokeRole: {
      path: 'revoke-role',
      body: RevokeRole,
      summary: "Revoke a role, and end the mandates that rest on it; the operator's",
      example: { role: 'donor', reason: 'left-the-arrangement' },
    },
    DesignateFocalPoint: {
      path: 'designate-focal-point',
      body: DesignateFocalPoint,
      summary: "Name who answers for a subject, by a reference in the organisation's own register",
      example: { subject: 'end-use-monitoring', person: 'p-17' },
    },
    GiveMandate: {
      path: 'give-mandate',
      body: GiveMandate,
      summary: 'Let another organisation speak for this one in one of its roles, up to a last day',
      example: { role: 'donor', to: 'ostra-training', until: '2036-12-31' },
    },
    EndMandate: {
      path: 'end-mandate',
      body: EndMandate,
      summary: 'End a mandate before its last day, or record that it has passed',
      example: { role: 'donor', to: 'ostra-training', reason: 'contract-ended' },
    },
    SuspendStakeholder: {
      path: 'suspend',
      body: BecauseOf,
      summary: "Suspend the organisation: nothing new is granted to it or by it meanwhile; the operator's",
      example: { reason: 'credentials-compromised' },
    },
    ReinstateStakeholder: {
      path: 'reinstate',
      body: BecauseOf,
      summary: "Reinstate it; the operator's",
      example: { reason: 'credentials-renewed' },
    },
  },
  events: {
    StakeholderRegistered: { version: 1, data: RegisterStakeholder, summary: 'An organisation was registered' },
    RegistrationCorrected: { version: 1, data: CorrectRegistration, summary: 'A registration was corrected' },
    RoleGranted: { version: 1, data: GrantRole, summary: 'A role was granted' },
    RoleRevoked: { version: 1, data: RevokeRole, summary: 'A role was revoked' },
    FocalPointDesignated: { version: 1, data: DesignateFocalPoint, summary: 'A person answers for a subject' },
    MandateGiven: { version: 1, data: GiveMandate, summary: 'Another organisation may speak for this one' },
    MandateEnded: { version: 1, data: EndMandate, summary: 'It may no longer' },
    StakeholderSuspended: { version: 1, data: BecauseOf, summary: 'The organisation was suspended' },
    StakeholderReinstated: { version: 1, data: BecauseOf, summary: 'The organisation was reinstated' },
  },
};
