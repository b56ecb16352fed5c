import { Injectable } from '@nestjs/common';

/**
 * What of the data folder was found damaged while the deployment ran: it stays so until somebody
 * has mended it and started again, so it is told until then.
 */
@Injectable()
export class FoundDamage {
  private met: string | null = null;

  readonly found = ({ message }: { readonly message: string }): void => {
    this.met ??= message;
  };

  /** What is damaged and what to do; null where nothing is known to be. */
  said(): string | null {
    return this.met;
  }
}
