/** The code lists that columns take, as the contracts declare them. */
export {
  CHECK_MANNERS,
  CHECK_TYPES,
  DELIVERY_POINTS,
  OWN_OR_REPORTED,
  SCOPE_KINDS,
  STAGES,
  SUBJECT_KINDS,
} from '@entente/contracts';
