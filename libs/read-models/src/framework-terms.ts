import type { LegalFrameworkEvent } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { count, countOrNull, day, flag, text, textOrNull } from './columns.js';
import { itemsBy } from './items-by.js';

/** A parameter of a legal framework. */
class ParameterRow {
  @text("the framework's id") framework!: string;
  @text("the donor's id") donor!: string;
  @text("the recipient's id") recipient!: string;
  @text("the parameter's name") parameter!: string;
  @count('its value now, in its unit') value!: number;
  @text('the unit of its value') unit!: string;
  @countOrNull('the value that the framework was drafted with; null if it had none then') default_value!: number | null;
  @day('the day from which it has this value') valid_from!: string;
  @textOrNull('the code of the reason for this value; null if it is the first one') reason!: string | null;
  @count('how often it was set') changes!: number;
}

export const parameters: Projection<LegalFrameworkEvent, ParameterRow> = {
  name: 'parameters',
  topic: 'Agreements',
  version: 1,
  kinds: ['legal-framework'],
  about: 'a time limit, interval or threshold that a legal framework sets, from when and why',
  totals: { counts: 'parameters', by: ['parameter'], sums: [] },
  ...itemsBy<ParameterRow, LegalFrameworkEvent>(ParameterRow)(
    'AgreementDrafted',
    ({ donor, recipient }, { id: framework }) => ({ framework, donor, recipient }),
    {
      AgreementDrafted: {
        begins: true,
        keys: (data) => data.parameters.map(({ parameter }) => parameter),
        change: (data, _, parameter, { day: on }) => {
          const { value, unit } = data.parameters.find((one) => one.parameter === parameter) ?? { value: 0, unit: '' };
          return { parameter, value, unit, default_value: value, valid_from: on };
        },
      },
      ParameterSet: {
        begins: true,
        keys: ({ parameter }) => parameter,
        change: ({ parameter, value, unit, reason }, { changes }, _, { day: on }) => ({
          parameter,
          value,
          unit,
          reason,
          valid_from: on,
          changes: changes + 1,
        }),
      },
    },
  ),
};

const ESCALATIONS = ['programme-office', 'ministry', 'minister'];

/** A type of incident that a legal framework defines. */
class IncidentTypeRow {
  @text("the framework's id") framework!: string;
  @text("the donor's id") donor!: string;
  @text("the recipient's id") recipient!: string;
  @text('the code of the incident type') incident_type!: string;
  @text('to whom a case is brought: programme-office, ministry or minister', ESCALATIONS) escalation!: string;
  @flag('whether the legislature is notified as soon as a violation may have occurred') notice_required!: boolean;
  @countOrNull('days from acceptance to the notice, if one is due') notify_days!: number | null;
  @count('days from acceptance to the opening of the investigation') open_days!: number;
  @count('days from the day on which the allegation is put to the recipient to its reply') reply_days!: number;
  @count('days from the opening of the investigation to its finding') conclude_days!: number;
  @count('days from substantiation to the first measure') measure_days!: number;
  @day('the day from which it is defined so') valid_from!: string;
  @text('the code of the reason for this definition') reason!: string;
  @count('how often it was defined') definitions!: number;
}

export const incidentTypes: Projection<LegalFrameworkEvent, IncidentTypeRow> = {
  name: 'incident-types',
  topic: 'Agreements',
  version: 1,
  kinds: ['legal-framework'],
  about: 'a type of incident that a legal framework defines: escalation, notice, and the days for each step of a case',
  totals: { counts: 'incident types', by: ['notice_required'], sums: [] },
  ...itemsBy<IncidentTypeRow, LegalFrameworkEvent>(IncidentTypeRow)(
    'AgreementDrafted',
    ({ donor, recipient }, { id: framework }) => ({ framework, donor, recipient }),
    {
      IncidentTypeDefined: {
        begins: true,
        keys: ({ incidentType }) => incidentType,
        change: ({ incidentType, escalation, noticeRequired, limits, reason }, { definitions }, _, { day: on }) => ({
          incident_type: incidentType,
          escalation,
          notice_required: noticeRequired,
          notify_days: limits.notify,
          open_days: limits.open,
          reply_days: limits.reply,
          conclude_days: limits.conclude,
          measure_days: limits.measure,
          valid_from: on,
          reason,
          definitions: definitions + 1,
        }),
      },
    },
  ),
};
