import { Injectable } from '@nestjs/common';

/**
 * The damage found in the data folder while the deployment runs. It is reported until an operator
 * has repaired the folder and started again.
 */
@Injectable()
export class FoundDamage {
  private damage: string | null = null;

  readonly report = ({ message }: { readonly message: string }): void => {
    this.damage ??= message;
  };

  /** What is damaged and what to do; null if no damage was found. */
  current(): string | null {
    return this.damage;
  }
}
