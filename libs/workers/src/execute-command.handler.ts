import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandResult, ExecuteCommand, Executor } from '@entente/engine';

/** Commands over HTTP pass here; those of a topic are given to the same executor by the intake. */
@CommandHandler(ExecuteCommand)
export class ExecuteCommandHandler implements ICommandHandler<ExecuteCommand, CommandResult> {
  constructor(@Inject(Executor) private readonly executor: Executor) {}

  execute(submit: ExecuteCommand): Promise<CommandResult> {
    return this.executor.execute(submit);
  }
}
