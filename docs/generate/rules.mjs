/**
 * The rules of the domain with their sources. `read`: read in the law, manual or report named.
 * `recalled`: from memory, to be checked against the source. `own`: Entente's own design.
 */
export const RULES = {
  R1: {
    text: 'A recipient has an agreement in force, with assurances on use, transfer, security and observation, before any item, training or service.',
    source: '22 USC 2314(a) (read)',
    limits:
      'Enforced for shipments, for the implementation of cases, and for the enrolment and the start of trainings, in programmes that name a framework. A programme without one is not checked, and technology releases and disbursements are not. A restriction of the agreement on a unit or a type of items bars its shipment; one with another scope bars nothing by itself.',
  },
  R2: {
    text: "Under a framework that asks for it, activation of a programme needs a completed assessment, a sustainment plan, indicators, the second authority's concurrence, and notice to the legislature with 15 days to wait.",
    source: '10 USC 333(b) and (e), 383(b) (read)',
    limits:
      'Concurrence and notice are enforced, and a waiver sets them aside. Assessment, sustainment plan and indicators have no stream yet.',
  },
  R3: {
    text: 'Under the same frameworks, a programme contains training on human rights and the law of war, and institutional capacity building.',
    source: '10 USC 333(c)(2) (read)',
    limits:
      'Not enforced, so that a waiver of it has nothing to set aside. Institutional capacity building is a matter of the kind institution-project, which does not exist yet. A training names its programme and the code of its purpose, but no framework states yet which purposes are training on human rights and the law of war.',
  },
  R4: {
    text: 'A multilateral programme has at least three participants or one international body. Its approval rule (unanimity or lead nation) is fixed when it is proposed.',
    source: 'unanimity: European Peace Facility (read); the rest: own',
  },
  R5: {
    text: "A unit is cleared before enrolment or delivery. An individual needs its own clearance and the unit's.",
    source: '22 USC 2378d(a) and (d)(5) (read)',
  },
  R6: {
    text: 'If the unit is not known before the transfer, the recipient has agreed in writing to bar listed units.',
    source: '22 USC 2378d(c)(1) (read)',
    limits:
      'A shipment and the nomination of a trainee without a unit look for the agreement in the framework of their programme. Without a framework, a shipment is not checked, and a nomination names the agreement by a reference, which is not looked up.',
  },
  R7: {
    text: 'A clearance ends when it expires. Derogatory information suspends it until it is assessed: credible (refused) or not (restored). Queued enrolments and shipments stop meanwhile.',
    source: 'credible information: 22 USC 2378d (recalled); a validity of one year: (recalled), configurable',
  },
  R8: {
    text: 'A rejected unit returns only by completed remediation, or, for one clearance at a time, by an exception or waiver with authority. A report is due within 15 days.',
    source: '22 USC 2378d(b), 10 USC 362(b), (c) and (e) (read)',
    limits:
      'Each waiver and each exception has its report, with the days of the framework; one on a unit or person that names no framework has the default. The semi-annual and annual reports of an agreement in force count here, too: each is due for the next period once it was submitted or became overdue.',
  },
  R9: {
    text: 'An item of an enhanced type has its serials registered before it is shipped, and a certified store before it is received, moved or retransferred.',
    source: 'serials: DoD IG 2024-12 (read); certification: DSCA 20-64 (read); "before receipt": own',
    limits:
      'A serial of a type that is not designated, confirmed in two consignments, is accepted, since it may have come back in between; the view `serials-received-twice` lists it. History that another system made is not checked. Whether a retransfer needs a store follows from the designation of the type on the day of its recording.',
  },
  R10: {
    text: 'An enhanced end-use check is due 90 days after receipt, then at most every 12 months, of all serials.',
    source: '90 days and annual: end-use monitoring practice (read)',
  },
  R11: { text: 'Routine end-use checks are sampled and recorded at least quarterly.', source: '(recalled)' },
  R12: {
    text: 'The recipient reports loss or expenditure, also of an item that a check did not see, a monitor verifies it, and the item leaves the schedule only then. The holder of goods without serials reports a quantity of what a consignment brought; once that is verified, it holds less, and the check of the sample expects less.',
    source: 'the idea: (read); 30 days: (recalled), configurable',
  },
  R13: {
    text: 'A transfer to a third party, a change of end use or a disposal comes only after consent. Donor, old and new holder are informed; the duty to count moves to the new holder, which confirms or disputes what it received.',
    source: '22 USC 2314(a)(1), 2785(d), 2753 (read)',
    limits:
      'Goods without serials are counted by the consignment that brought them, at most a million of a type, without lot numbers; those of a history that another system made are not counted. Two transfers that are carried out at the same moment can take more than there is, since neither has moved its goods yet: what is left is then below zero, and a control check finds the second.',
  },
  R14: {
    text: 'If an unauthorised transfer is detected, notice to the legislature is due immediately.',
    source: '22 USC 2753(e), by state.gov (read)',
  },
  R15: {
    text: 'Each stage of money stays within the stage before it that the account has; a pledge does not bound. A reversal is a separate event, of at most the balance of the stage over all periods: what corrects nothing counts in the period in which it was decided, which may fall below zero and is marked. Reported accounts repeat another system and have no bound.',
    source:
      'own; Public Law 107-115, 10 USC 333(f) (read); US Treasury, Upward and Downward Adjustments to Prior-Year Obligations, 2018 (read in part)',
  },
  R16: {
    text: "A case is executed only after acceptance and the initial deposit, or by an emergency exception. Its consignments bring no more of a line than it orders. An offer above the framework's value waits for the legislature's notice period.",
    source: 'SAMM C6.1.1-2 (read); 22 USC 2776(b) (recalled)',
  },
  R17: {
    text: 'Sustainment beyond five years needs a justification and a transition plan.',
    source: '10 USC 333(d)(3), (e)(7) (read)',
    limits:
      'Not enforced, so that a waiver of it has nothing to set aside. How long sustainment lasts, its justification and its transition are matters of the kind sustainment-plan, which does not exist yet; the days of a programme do not state them.',
  },
  R18: {
    text: 'Misuse. Anyone may flag; the reporter is recorded by pseudonym. Notice is due when a substantial violation may have occurred. Until the allegation is put to it, the accused sees nothing of the case; then it has a right of reply. A substantiated case cannot close without a measure. Assistance resumes only after the violation has ceased and assurances were given. A precautionary suspension lapses unless renewed.',
    source:
      '22 USC 2753(c)(2) and (4) (read); acknowledgement and finding times: Directive (EU) 2019/1937, article 9(1)(b) and (f); the rest: own',
    limits:
      'A report is acknowledged within `misuseAcknowledgeDays` and triaged within `misuseTriageDays` of the framework. A precautionary suspension lasts at most `precautionDays` of the framework from its order or renewal. The steward puts each scope of a suspension on hold, and releases the hold when the suspension ends. Programmes and cases in scope exist, and the organisation of a country is registered; item types and units are not checked. Termination follows the end of the programme. Disbursement waits for recovered funds only if the programme was suspended for the misuse case.',
  },
  R19: {
    text: 'A suspended programme, or a hold on a scope concerned, blocks enrolment, shipment, transfer of technical data and disbursement. It never blocks monitoring, loss reports, misuse reports or audit.',
    source: 'own',
    limits:
      'Enforced are the suspension of a programme, and holds on a programme, a case, a country, an item type, a unit and a shipment. A restriction of a framework stops what R1 lists, and nothing else: a hold does. The start of a training looks at the holds of at most five scopes, of the units enrolled as many as fit in them; the control looks at every unit. A disbursement after the completion of the programme is accepted and marked. In a programme that has ended, no delivery and no training is planned; no tranche, if it was ended early.',
  },
  R20: {
    text: 'Remote monitoring is allowed only while instability is declared, and its results are marked as of lower confidence.',
    source: 'DoD IG finding on hostile environments (read); the mark: own',
  },
  R21: {
    text: 'In a partnership cycle, a survey precedes goals; partner and all members agree the goals; an assessment precedes the next cycle.',
    source: 'nato.int (read)',
  },
  R22: {
    text: 'An indicator has a baseline and a target before it is measured. The verifier is not the reporter.',
    source: 'GAO-20-176 (read); the separation: own',
  },
  R23: {
    text: 'A deviation beyond its threshold raises an early warning by itself, to be acknowledged within a number of days.',
    source: "the field's practice; the number of days: own",
  },
  R24: {
    text: 'An evaluator is not the implementer. Each recommendation has a management response. A summary is public; a redaction needs a reason.',
    source: '10 USC 383(d)(2) (read); independence: own',
  },
  R25: {
    text: 'In a conflict case, all parties accept the mediator, an agreement lists all signatories, and no equipment goes to a party while a ceasefire or an embargo bars it.',
    source: 'own',
  },
  R26: { text: 'Nothing is deleted. A correction refers to the event that it corrects.', source: 'own' },
  R27: {
    text: 'Publication is the default. Withholding needs an authority and a reason, and is itself counted publicly.',
    source: '22 USC 2378d(e), 10 USC 383(d)(2) (read)',
  },
  R28: {
    text: 'Training is reported by activity: purpose, number, units, location, cost.',
    source: '22 USC 2416(b) (read)',
  },
  R29: {
    text: 'A party that an opening command names, and an implementer that sends a command, is a registered organisation that is not suspended. History that another system made is marked as reported instead.',
    source: 'own',
    limits:
      'Checked are the parties and the lead of a programme, the parties of an account, a case, an agreement, a training, a vetting, a check, a transfer, a release, a country situation and a deployment, the recipient of a unit and a person, who places a hold, who vets, the investigator assigned, who handles a misuse case, and who acts as an implementer. A misuse report is never refused for this. The participants of a multilateral programme and the speaker of a mandate are checked under other numbers.',
  },
  R30: {
    text: 'What cannot have happened before another fact (receipt before request, completion before start) is refused, or marked if a late report explains it.',
    source: 'own',
    limits:
      'Refused are a completion before the start, a start of a training before the enrolment of its trainees, the report of a period before its end or of an exception before it was made, works out of their order, a delivery before the facts that it rests on, and a step of a vetting, a misuse case, an assistance case or a hold before those on which it rests: an assessment before its information, a return before the refusal and the last step, a finding before the allegation was put, a resumption before the assurances, an acceptance before the offer. An enrolment before the first day of its clearance is refused under R5. Marked in the column `implausible` of each read model with such days, until the days are corrected: a first promise for a day before it was made, a fact before the request of its case, a route out of its order, a completion before the start in reported history, and money that reached a stage before it had reached the one before it (in the view `balances`). Promises and requests of reported history are not marked: their day is not known.',
  },
  R31: {
    text: 'A correction is at most what its event added, less earlier corrections, in the same stage and period.',
    source: 'own',
  },
  R32: {
    text: 'What no row or total can hold is refused on the command.',
    source: 'own',
    limits: 'Refusals such as `amount-beyond-range` and `quantity-beyond-range` have no number yet.',
  },
  R33: {
    text: 'Separation of duties: a named person other than the proposer approves a programme.',
    source: 'own',
    limits: 'The duties of reporter, verifier and investigator are separated under R18.',
  },
};
