import { code, day, eventId, integer, nestedList, oneOf, optional, organisation, streamId, words } from './fields.js';
import { FACT_COMMANDS, FACT_EVENTS } from './fact-answers.js';
import { type CommandOf, type EventOf, command, contract, event, fact } from './contract.js';

/** What a holder may ask for: all alike need the donor's consent. */
const TRANSFER_KINDS = ['retransfer', 'change-of-end-use', 'disposal'] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

const reason = (example: string) => code('the code of the reason', example);
const until = (example: string) => day('the last day of the consent', example);
const newHolder = () => organisation('the organisation that is to hold the goods: of a retransfer only', 'vestra');
const endUse = () => code('the code of the new end use: of a change of end use only', 'training');

/** Goods of one type: of a designated type each by its serial. */
export class TransferredGoods {
  @code("the donor's word for the type of the goods, as in case lines", 'thermal-sight') readonly item!: string;
  @integer('the quantity, in the unit of the type', 1, 1, Number.MAX_SAFE_INTEGER) readonly quantity!: number;
  @optional() @words('the serial numbers', ['TS-0003'], 20) readonly serials?: readonly string[];
  @optional()
  @streamId('consignment', 'of goods without serials: the consignment that brought them')
  readonly consignment?: string;
}

const goods = () => nestedList(() => TransferredGoods, 'what is transferred', 10, 1);

export class RequestThirdPartyTransfer {
  @oneOf(TRANSFER_KINDS, 'what is asked for') readonly kind!: TransferKind;
  @organisation('the donor, which consents') readonly donor!: string;
  @goods() readonly goods!: readonly TransferredGoods[];
  @optional() @newHolder() readonly to?: string;
  @optional() @endUse() readonly endUse?: string;
  @reason('unit-moved') readonly reason!: string;
  @optional() @streamId('programme', 'the programme of the goods') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case under which they were delivered') readonly case?: string;
}

/** The holder is the sender: the decision adds it. */
export class ThirdPartyTransferRequested extends RequestThirdPartyTransfer {
  @organisation('the organisation that holds the goods', 'estmark') readonly holder!: string;
}

/** A request was wrong in part: each field here replaces the request's. */
export class CorrectTransferRequest {
  @eventId('the event that was wrong') readonly corrects!: string;
  @reason('wrong-holder') readonly reason!: string;
  @optional() @newHolder() readonly to?: string;
  @optional() @endUse() readonly endUse?: string;
}

export class ConsentToThirdPartyTransfer {
  @until('2036-12-31') readonly until!: string;
  @words('the codes of the conditions', ['end-use-checks-by-the-donor'], 20) readonly conditions!: readonly string[];
}

export class TransferReason {
  @reason('no-assurances') readonly reason!: string;
}

export class CarryOutThirdPartyTransfer {
  @day('the day of the transfer', '2026-05-25') readonly on!: string;
  @optional()
  @streamId('storage-site', 'the store of the new holder that received the goods', 'vestra.central-depot')
  readonly site?: string;
}

/** What was transferred, and who is informed of it: the decision adds them. */
export class ThirdPartyTransferCarriedOut extends CarryOutThirdPartyTransfer {
  @oneOf(TRANSFER_KINDS, 'what was carried out') readonly kind!: TransferKind;
  @organisation('the donor') readonly donor!: string;
  @organisation('the organisation that held the goods before', 'estmark') readonly holder!: string;
  @organisation('the organisation that has the duty to count them from then on', 'vestra') readonly to!: string;
  @goods() readonly goods!: readonly TransferredGoods[];
  @optional() @endUse() readonly endUse?: string;
  @words('the organisations that are informed', ['norland', 'estmark', 'vestra'], 3)
  readonly informed!: readonly string[];
}

export class TransferConsentLapsed {
  @until('2036-12-31') readonly until!: string;
}

/**
 * What a holder wants to do with goods that it received: to give them to another organisation, to
 * use them for something else, or to dispose of them. Its donor consents or refuses.
 */
export const thirdPartyTransferContract = contract({
  kind: 'third-party-transfer',
  about: "a retransfer, change of end use or disposal of goods: its request, the donor's consent, and what was done",
  commands: {
    RequestThirdPartyTransfer: command(
      'request',
      RequestThirdPartyTransfer,
      'holder',
      'Ask for consent to a retransfer, change of end use or disposal',
      {
        kind: 'retransfer',
        donor: 'norland',
        goods: [{ item: 'thermal-sight', quantity: 1, serials: ['TS-0005'] }],
        to: 'vestra',
        reason: 'unit-moved',
      },
    ),
    CorrectTransferRequest: command(
      'correct-request',
      CorrectTransferRequest,
      'holder',
      'Correct the new holder or end use before the consent',
      { corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1', reason: 'wrong-holder', to: 'vestra' },
    ),
    ConsentToThirdPartyTransfer: command('consent', ConsentToThirdPartyTransfer, 'donor', 'Consent until a last day'),
    RefuseThirdPartyTransfer: command('refuse', TransferReason, 'donor', 'Refuse the consent'),
    WithdrawConsent: command('withdraw-consent', TransferReason, 'donor', 'Take the consent back', {
      reason: 'assurances-broken',
    }),
    RecordLapsedConsent: command('record-lapsed', TransferConsentLapsed, 'system', 'Record that a consent lapsed'),
    CarryOutThirdPartyTransfer: command('carry-out', CarryOutThirdPartyTransfer, 'holder', 'Record that it was done', {
      on: '2026-05-25',
    }),
    WithdrawThirdPartyTransfer: command('withdraw', TransferReason, 'holder', 'Give the request up', {
      reason: 'no-longer-required',
    }),
    ...FACT_COMMANDS,
  },
  events: {
    ThirdPartyTransferRequested: event(ThirdPartyTransferRequested, 'The holder asked for consent', {
      opens: 'the request',
    }),
    TransferRequestCorrected: fact(CorrectTransferRequest, 'The new holder or end use was corrected'),
    ThirdPartyTransferConsented: event(ConsentToThirdPartyTransfer, 'The donor consented', {
      opens: 'the consent',
      closes: ['ThirdPartyTransferRequested'],
    }),
    ThirdPartyTransferRefused: event(TransferReason, 'The donor refused', { closes: ['ThirdPartyTransferRequested'] }),
    TransferConsentWithdrawn: event(TransferReason, 'The donor took its consent back', {
      closes: ['ThirdPartyTransferConsented'],
    }),
    TransferConsentLapsed: event(TransferConsentLapsed, 'The consent ended with its last day, and nothing was done', {
      closes: ['ThirdPartyTransferConsented'],
    }),
    ThirdPartyTransferCarriedOut: event(ThirdPartyTransferCarriedOut, 'It was done', {
      closes: ['ThirdPartyTransferConsented'],
    }),
    ThirdPartyTransferWithdrawn: event(TransferReason, 'The holder gave the request up', {
      closes: ['ThirdPartyTransferRequested', 'ThirdPartyTransferConsented'],
    }),
    ...FACT_EVENTS,
  },
});

export type ThirdPartyTransferCommand = CommandOf<typeof thirdPartyTransferContract>;
export type ThirdPartyTransferEvent = EventOf<typeof thirdPartyTransferContract>;
