import { code, day, optional, organisation, sha256, streamId, word, words } from './fields.js';
import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';

const reason = (example: string) => code('the code of the reason', example);
const marking = () => code('the code of the marking', 'releasable-to-estmark');
const until = (example: string) => day('the last day on which data may be transferred', example);

export class RequestTechnologyRelease {
  @organisation('the donor, which decides') readonly donor!: string;
  @code('the code of the technology', 'thermal-imaging') readonly technology!: string;
  @code('the code of the purpose', 'depot-maintenance') readonly purpose!: string;
  @optional() @streamId('programme', 'the programme that it serves') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case that it serves') readonly case?: string;
}

/** The recipient is the sender: the decision adds it. */
export class TechnologyReleaseRequested extends RequestTechnologyRelease {
  @organisation('the recipient', 'estmark') readonly recipient!: string;
}

export class ApproveTechnologyRelease {
  @code('the code of the authority that approves', 'disclosure-board') readonly authority!: string;
  @marking() readonly marking!: string;
  @words('the codes of the conditions', ['no-further-disclosure'], 20) readonly conditions!: readonly string[];
  @until('2036-12-31') readonly until!: string;
}

export class ReleaseReason {
  @reason('third-party-rights') readonly reason!: string;
}

/** Metadata and marking of what was transferred, never its content. */
export class TransferTechnicalData {
  @day('the day of the transfer', '2026-05-26') readonly on!: string;
  @word("the donor's reference of the data", 'TD-104') readonly reference!: string;
  @sha256('the digest of the file') readonly sha256!: string;
  @marking() readonly marking!: string;
}

export class TechnologyReleaseExpired {
  @until('2036-12-31') readonly until!: string;
}

/** Whether technical data may be released to a recipient, and what was transferred. */
export const technologyReleaseContract = contract({
  kind: 'technology-release',
  about: 'the release of technical data to a recipient: its request, the decision, and each transfer by its metadata',
  commands: {
    RequestTechnologyRelease: command('request', RequestTechnologyRelease, 'recipient', 'Ask for a release'),
    ApproveTechnologyRelease: command('approve', ApproveTechnologyRelease, 'donor', 'Approve it until a last day'),
    DenyTechnologyRelease: command('deny', ReleaseReason, 'donor', 'Deny it'),
    TransferTechnicalData: command('transfer-data', TransferTechnicalData, 'donor', 'Record a transfer of data'),
    RevokeTechnologyRelease: command('revoke', ReleaseReason, 'donor', 'End an approval', {
      reason: 'marking-not-kept',
    }),
    RecordExpiredRelease: command('record-expired', TechnologyReleaseExpired, 'system', 'Record that it expired'),
    WithdrawReleaseRequest: command('withdraw', ReleaseReason, 'recipient', 'Give the request up', {
      reason: 'no-longer-required',
    }),
  },
  events: {
    TechnologyReleaseRequested: event(TechnologyReleaseRequested, 'A release was asked for', { opens: 'the request' }),
    TechnologyReleaseApproved: event(ApproveTechnologyRelease, 'The release was approved', {
      opens: 'the approval',
      closes: ['TechnologyReleaseRequested'],
    }),
    TechnologyReleaseDenied: event(ReleaseReason, 'The release was denied', { closes: ['TechnologyReleaseRequested'] }),
    TechnicalDataTransferred: fact(TransferTechnicalData, 'Technical data were transferred'),
    TechnologyReleaseRevoked: event(ReleaseReason, 'The approval was ended before its last day', {
      closes: ['TechnologyReleaseApproved'],
    }),
    TechnologyReleaseExpired: event(TechnologyReleaseExpired, 'The approval ended with its last day', {
      closes: ['TechnologyReleaseApproved'],
    }),
    ReleaseRequestWithdrawn: event(ReleaseReason, 'The recipient gave the request up', {
      closes: ['TechnologyReleaseRequested'],
    }),
  },
});

export type TechnologyReleaseCommand = CommandOf<typeof technologyReleaseContract>;
export type TechnologyReleaseEvent = EventOf<typeof technologyReleaseContract>;
export type TechnologyReleaseRelation = RelationOf<typeof technologyReleaseContract>;
