import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandResult, ExecuteCommand, Executor } from '@entente/engine';

/**
 * Handles commands that arrive over HTTP. The intake passes commands of a topic to the same
 * executor.
 */
@CommandHandler(ExecuteCommand)
export class ExecuteCommandHandler implements ICommandHandler<ExecuteCommand, CommandResult> {
  constructor(@Inject(Executor) private readonly executor: Executor) {}

  execute(submit: ExecuteCommand): Promise<CommandResult> {
    return this.executor.execute(submit);
  }
}
