import { code, day, eventId, integer, optional, organisation, streamId, text } from './fields.js';
import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';

const reason = (example: string) => code('the code of the reason', example);
const reviewBy = (example: string) => day('the last day for the next review of the designation', example);
const framework = () => streamId('legal-framework', 'the framework of the donor whose days for a review count');
const name = () => text('what the items are called', 'Thermal sight');
const unit = () => code('the unit in which they are counted', 'each');
const category = () => code('the code of the category of the control list', 'fire-control-and-night-vision');
const days = (description: string, example: number) => integer(`days ${description}`, example, 1, 3650);

export class RegisterItemType {
  @name() readonly name!: string;
  @unit() readonly unit!: string;
  @category() readonly category!: string;
}

/** The donor is the sender: the decision adds it. */
export class ItemTypeRegistered extends RegisterItemType {
  @organisation('the donor') readonly donor!: string;
}

/** An item type was entered wrongly: each field here replaces the one registered. */
export class CorrectItemType {
  @eventId('the event that was wrong') readonly corrects!: string;
  @reason('misspelt') readonly reason!: string;
  @optional() @text('what the items are called', 'Thermal weapon sight') readonly name?: string;
  @optional() @unit() readonly unit?: string;
  @optional() @category() readonly category?: string;
}

export class GiveEnhancedDesignation {
  @reason('sensitive-technology') readonly reason!: string;
  @reviewBy('2036-06-30') readonly reviewBy!: string;
  @optional() @framework() readonly framework?: string;
}

export class ReviewDesignation {
  @code('the code of what the review found', 'still-sensitive') readonly finding!: string;
  @reviewBy('2037-06-30') readonly reviewBy!: string;
  @optional() @framework() readonly framework?: string;
}

export class ItemTypeReason {
  @reason('no-longer-sensitive') readonly reason!: string;
}

export class SetCheckInterval {
  @days('from the receipt of an item to the last day of its first check', 60) readonly firstDays!: number;
  @days('from a check of an item to the last day of the next one', 180) readonly everyDays!: number;
  @reason('theft-in-the-region') readonly reason!: string;
}

export class DesignationReviewBecameOverdue {
  @day('the last day of the review, which has passed', '2036-06-30') readonly due!: string;
}

/**
 * A type of items of one donor, by the word that lines of its cases have for it. While it is
 * designated, each item is monitored by its serial.
 */
export const itemTypeContract = contract({
  kind: 'item-type',
  about: "a type of a donor's items: whether each is monitored by its serial, and how often it is checked",
  commands: {
    RegisterItemType: command('register', RegisterItemType, 'donor', 'Register a type by the word of case lines'),
    CorrectItemType: command('correct', CorrectItemType, 'donor', 'Correct the name, unit or category of a type'),
    GiveEnhancedDesignation: command('designate', GiveEnhancedDesignation, 'donor', 'Monitor each item by its serial', {
      reason: 'sensitive-technology',
      reviewBy: '2036-06-30',
    }),
    ReviewDesignation: command('review-designation', ReviewDesignation, 'donor', 'Keep a designation after review', {
      finding: 'still-sensitive',
      reviewBy: '2037-06-30',
    }),
    RemoveDesignation: command('remove-designation', ItemTypeReason, 'donor', 'End a designation'),
    SetCheckInterval: command('set-check-interval', SetCheckInterval, 'donor', 'Set the days between checks'),
    RecordOverdueReview: command(
      'record-overdue-review',
      DesignationReviewBecameOverdue,
      'system',
      'Record that the last day of the review passed',
    ),
    RetireItemType: command('retire', ItemTypeReason, 'donor', 'End the use of a type', { reason: 'replaced' }),
  },
  events: {
    ItemTypeRegistered: event(ItemTypeRegistered, 'A type of items was registered', { opens: 'the type' }),
    ItemTypeCorrected: fact(CorrectItemType, 'The name, unit or category of the type was corrected'),
    EnhancedDesignationGiven: event(GiveEnhancedDesignation, 'Each item of the type is monitored by its serial', {
      opens: 'the designation and its review',
    }),
    DesignationReviewed: fact(ReviewDesignation, 'The designation was reviewed and kept'),
    DesignationRemoved: event(ItemTypeReason, 'The items are no longer monitored by their serials', {
      closes: ['EnhancedDesignationGiven'],
    }),
    CheckIntervalSet: fact(SetCheckInterval, 'The days between checks were set'),
    DesignationReviewBecameOverdue: fact(DesignationReviewBecameOverdue, 'The review was not held by its last day'),
    ItemTypeRetired: event(ItemTypeReason, 'The type is no longer used', { closes: ['ItemTypeRegistered'] }),
  },
});

export type ItemTypeCommand = CommandOf<typeof itemTypeContract>;
export type ItemTypeEvent = EventOf<typeof itemTypeContract>;
export type ItemTypeRelation = RelationOf<typeof itemTypeContract>;
