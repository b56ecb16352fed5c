import type { Escalation, IncidentLimits } from '@entente/contracts';

/** What an accepted case of one type needs, and the source of that. */
export interface IncidentType {
  /**
   * Whether the legislature is notified as soon as a violation may have occurred (R18), not only
   * once it is substantiated.
   */
  readonly noticeRequired: boolean;
  readonly escalation: Escalation;
  readonly limits: IncidentLimits;
  /** The law or instrument; `design` if no source fixes it. */
  readonly source: string;
}

/** A finding in three months: Directive (EU) 2019/1937, article 9(1)(f). The rest is design. */
const ORDINARY: IncidentLimits = { open: 14, reply: 30, conclude: 90, measure: 30 };
/** For continuing harm, or if a law makes assistance wait for the answer. Design. */
const URGENT: IncidentLimits = { open: 7, reply: 15, conclude: 60, measure: 15 };

/**
 * The incident types that apply unless a legal framework defines others. A case copies what applied
 * on the day of its triage, so a change here has no effect on it. "Promptly" is read as seven days
 * and "immediately" as one: design.
 */
export const INCIDENT_TYPES: Readonly<Record<string, IncidentType>> = {
  'unauthorised-use': {
    noticeRequired: true,
    escalation: 'minister',
    limits: { ...URGENT, notify: 7 },
    source: '22 USC 2753(c)(1)(A)(i), a substantial violation; (c)(2) promptly',
  },
  'unauthorised-transfer': {
    noticeRequired: true,
    escalation: 'minister',
    limits: { ...URGENT, notify: 1 },
    source: '22 USC 2753(c)(1)(A)(ii), a substantial violation; 2753(e) immediately',
  },
  'security-failure': {
    noticeRequired: true,
    escalation: 'minister',
    limits: { ...URGENT, notify: 7 },
    source: '22 USC 2753(c)(1)(A)(iii), a substantial violation; (c)(2) promptly',
  },
  'gross-human-rights-violation': {
    noticeRequired: false,
    escalation: 'minister',
    limits: URGENT,
    source: '22 USC 2378d and 10 USC 362; limits: design',
  },
  'sexual-exploitation-or-abuse': {
    noticeRequired: false,
    escalation: 'minister',
    limits: URGENT,
    source: 'ST/SGB/2003/13; limits: design',
  },
  'civilian-harm': { noticeRequired: false, escalation: 'ministry', limits: URGENT, source: 'design' },
  'funds-diversion': {
    noticeRequired: false,
    escalation: 'ministry',
    limits: ORDINARY,
    source: '2 CFR 200.113 and 200.339; limits: design',
  },
  'fraud-or-bribery': {
    noticeRequired: false,
    escalation: 'ministry',
    limits: ORDINARY,
    source: '2 CFR 200.113; limits: design',
  },
  'loss-or-theft': { noticeRequired: false, escalation: 'ministry', limits: ORDINARY, source: 'design' },
  'minor-violation': {
    noticeRequired: false,
    escalation: 'programme-office',
    limits: ORDINARY,
    source: 'design: below "substantial" in quantity and gravity, 22 USC 2753(c)(1)(A)',
  },
};
