import type { ApiClient } from './api-client.js';
import { inDays } from './days.js';

/** A case with one line, and who sends its commands. */
export interface OneLineCase {
  readonly donor: string;
  readonly recipient: string;
  readonly donorActor: string;
  readonly recipientActor: string;
  readonly item: string;
  readonly quantity: number;
  /** The day promised. */
  readonly due: string;
}

/** Takes a case from its request to its acceptance: line 001, delivered at receipt. */
export async function acceptCase(client: ApiClient, stream: string, of: OneLineCase): Promise<void> {
  const { donor, recipient, donorActor, recipientActor, item, quantity, due } = of;
  const goods = { item, quantity, unit: 'each' };
  await client.send(`${stream}/request`, { donor, recipient, asked: [goods], letter: 'l-1' }, donorActor);
  await client.send(`${stream}/add-line`, { line: '001', ...goods, value: 100, due }, donorActor);
  const offer = { offer: 'o-1', lines: ['001'], currency: 'USD', initialDeposit: 0, validUntil: inDays(30) };
  await client.send(`${stream}/prepare-offer`, { ...offer, value: 100, deliveryPoint: 'receipt' }, donorActor);
  await client.send(`${stream}/make-offer`, { offer: 'o-1' }, donorActor);
  await client.send(`${stream}/accept-offer`, { offer: 'o-1', value: 100, currency: 'USD' }, recipientActor);
}

/** Takes a case from its request to its implementation. */
export async function implementCase(client: ApiClient, stream: string, of: OneLineCase): Promise<void> {
  await acceptCase(client, stream, of);
  await client.send(`${stream}/implement`, {}, of.donorActor);
}
