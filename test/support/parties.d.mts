/** Registers organisations in their roles over HTTP, unless they are registered already. */
export function registerParties(url: string, parties?: Readonly<Record<string, string>>): Promise<void>;
