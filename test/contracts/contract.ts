import { describe, expect, it } from '@jest/globals';

/** One promise of a port, as a sentence and as something that throws where it does not hold. */
export interface Case<Port> {
  readonly name: string;
  verify(port: Port): Promise<void>;
}

/** Opens a port afresh for one case, and ends it. */
export type Fixture<Port> = () => Promise<{ readonly port: Port; end(): Promise<void> }>;

async function verifyOn<Port>(held: Case<Port>, open: Fixture<Port>): Promise<void> {
  const { port, end } = await open();
  try {
    await held.verify(port);
  } finally {
    await end();
  }
}

/** An adapter's spec: every promise of the port holds on it. */
export function describeContract<Port>(port: string, cases: readonly Case<Port>[], open: Fixture<Port>): void {
  describe(`the ${port} contract`, () => {
    for (const held of cases) it(held.name, () => verifyOn(held, open));
  });
}

/** The suite's own proof: every case is broken by an adapter that is broken on purpose. */
export function describeContractDetectsFaults<Port>(
  port: string,
  cases: readonly Case<Port>[],
  open: Fixture<Port>,
): void {
  describe(`a broken ${port} fails the contract`, () => {
    for (const held of cases) it(held.name, () => expect(verifyOn(held, open)).rejects.toThrow());
  });
}
