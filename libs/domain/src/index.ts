export {
  STAGES,
  fundingAccount,
  movement,
  type FundingAccount,
  type FundingAccountCommand,
  type FundingAccountEvent,
  type Money,
  type Reported,
  type Reversal,
  type Stage,
} from './planning/funding-account.js';
export { programme, type Programme, type ProgrammeCommand, type ProgrammeEvent } from './planning/programme.js';
