import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { eventOf, registered } from '@entente/contracts';
import { assistanceCase, consignment, fundingAccount, misuseCase, programme, stakeholder } from '@entente/domain';
import { Executor, type Kinds, type CommandResult, ExecuteCommand } from '@entente/engine';
import type { AnyDecider } from '@entente/kernel';

const DECIDERS = [stakeholder, programme, fundingAccount, assistanceCase, consignment, misuseCase].map((decider) =>
  registered(decider as unknown as AnyDecider),
);

/** The rules of every kind of stream, and the versions of their events. */
export const kinds: Kinds = {
  decider: (kind) => DECIDERS.find((decider) => decider.kind === kind),
  version: (kind, type) => {
    const event = eventOf(kind, type);
    if (event === undefined) throw new Error(`${kind} has no event ${type} in the catalogue`);
    return event.version;
  },
};

/** Every command passes here, in one envelope. */
@CommandHandler(ExecuteCommand)
export class ExecuteCommandHandler implements ICommandHandler<ExecuteCommand, CommandResult> {
  constructor(@Inject(Executor) private readonly executor: Executor) {}

  execute(submit: ExecuteCommand): Promise<CommandResult> {
    return this.executor.execute(submit);
  }
}
