import { expect } from '@jest/globals';
import { registerParties } from './parties.mjs';

/** Sends a command to a funding account. It must be accepted; returns its consistency token. */
const send = async (url: string, account: string, command: string, body: object): Promise<string> => {
  const answer = await fetch(`${url}/v1/funding-account/${account}/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { after: string }).after;
};
const opening = { donor: 'norland', recipient: 'estmark', fund: 'Now', currency: 'USD', stages: ['pledged'] };
/** Opens a funding account, whose parties it registers. */
export const open = async (url: string, account: string): Promise<string> => {
  await registerParties(url);
  return send(url, account, 'open', { ...opening, basis: 'own', onBudget: false });
};
/** Pledges one cent to it. */
export const pledge = (url: string, account: string) => send(url, account, 'pledge', { amount: 1, period: '2026' });
