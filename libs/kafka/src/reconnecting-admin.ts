import type { Admin, Kafka } from 'kafkajs';
import { endsWithin } from '@entente/async';
import { withHint } from './errors.js';

/** An admin client that is reused between requests, and replaced after a fault. */
export class ReconnectingAdmin {
  private admin: Promise<Admin> | null = null;
  private wasConnected = false;

  constructor(
    private readonly kafka: Kafka,
    /** Called after each new connection except the first. */
    private readonly onReconnect: () => void = () => undefined,
  ) {}

  async ask<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const asked = (this.admin ??= this.begin());
    try {
      return await work(await asked);
    } catch (error) {
      if (this.admin === asked) this.admin = null;
      void asked.then((admin) => admin.disconnect()).catch(() => undefined);
      throw withHint(error);
    }
  }

  async close(): Promise<void> {
    const admin = await this.admin?.catch(() => null);
    this.admin = null;
    if (admin) await endsWithin(admin.disconnect(), 2000);
  }

  private async begin(): Promise<Admin> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      if (this.wasConnected) this.onReconnect();
      this.wasConnected = true;
      return admin;
    } catch (error) {
      void admin.disconnect().catch(() => undefined);
      throw error;
    }
  }
}
