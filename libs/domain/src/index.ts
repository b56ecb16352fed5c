export { fundingAccount } from './planning/funding-account.js';
export type { FundingAccount } from './planning/funding-movements.js';
export { programme, type Programme } from './planning/programme.js';
export { misuseCase } from './safeguards/misuse-case.js';
export type { MisuseCase } from './safeguards/misuse-record.js';
export { stakeholder } from './parties/stakeholder.js';
export { assistanceCase } from './delivery/assistance-case.js';
export { consignment } from './delivery/consignment.js';
