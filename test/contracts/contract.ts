import { describe, expect, it } from '@jest/globals';

/** One promise of a port, as a sentence and as something that throws where it does not hold. */
export interface Case<Port> {
  readonly says: string;
  holds(port: Port): Promise<void>;
}

/** Opens a port afresh for one case, and ends it. */
export type Opens<Port> = () => Promise<{ readonly port: Port; end(): Promise<void> }>;

async function tryOut<Port>(held: Case<Port>, open: Opens<Port>): Promise<void> {
  const { port, end } = await open();
  try {
    await held.holds(port);
  } finally {
    await end();
  }
}

/** An adapter's spec: every promise of the port holds on it. */
export function describeContract<Port>(port: string, cases: readonly Case<Port>[], open: Opens<Port>): void {
  describe(`keeps what ${port} promises:`, () => {
    for (const held of cases) it(held.says, () => tryOut(held, open));
  });
}

/** The suite's own proof: every case is broken by an adapter that is broken on purpose. */
export function describeContractDetectsFaults<Port>(
  port: string,
  cases: readonly Case<Port>[],
  open: Opens<Port>,
): void {
  describe(`a broken adapter of ${port} is caught by:`, () => {
    for (const held of cases) it(held.says, () => expect(tryOut(held, open)).rejects.toThrow());
  });
}
