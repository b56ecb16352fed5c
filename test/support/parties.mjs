/**
 * Registers organisations in their roles over HTTP, for what names them as parties. Those that are
 * registered already stay as they are.
 */
export async function registerParties(url, parties = { norland: 'donor', estmark: 'recipient' }) {
  const send = async (id, command, body) => {
    const answer = await fetch(`${url}/v1/stakeholder/${id}/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'operator;role=operator' },
      body: JSON.stringify(body),
    });
    const { code } = await answer.json();
    if (answer.status !== 201 && code !== 'already-exists') throw new Error(`${id} ${command}: ${code}`);
  };
  for (const [id, role] of Object.entries(parties)) {
    await send(id, 'register', { name: id, type: 'state' });
    await send(id, 'grant-role', { role });
  }
}
