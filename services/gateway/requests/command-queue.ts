import type { PendingCommand } from '../rooms/pending-commands.ts'
import { Attempts } from './attempts.ts'

/**
 * The commands of one requester that have no outcome yet, and their order per
 * room. Only `intake.ts` uses it.
 */
export class CommandQueue {
  readonly attempts: Attempts
  private readonly commands = new Set<PendingCommand>()
  /** For each room: the turn of the last command, until it has ended. */
  private readonly turns = new Map<string, Promise<void>>()

  constructor(maxAttempts: number) {
    this.attempts = new Attempts(maxAttempts)
  }

  get inFlight(): number {
    return this.commands.size
  }

  /** No command is in flight, none waits for its turn, and none was refused. */
  get isIdle(): boolean {
    return this.commands.size === 0 && this.turns.size === 0 && this.attempts.isEmpty
  }

  add(command: PendingCommand): void {
    this.commands.add(command)
  }

  delete(command: PendingCommand): void {
    this.commands.delete(command)
  }

  all(): readonly PendingCommand[] {
    return [...this.commands]
  }

  /** Whether the creation of this room is in flight. A room has the id of the command that creates it. */
  isCreating(room: string): boolean {
    for (const command of this.commands) if (command.commandId === room && command.room === room) return true
    return false
  }

  /** Calls `act` after the room's earlier turns and after `ready`: at once if there are neither. */
  inOrder(room: string, ready: Promise<void> | undefined, act: () => void, onIdle: () => void): void {
    const before = this.turns.get(room)
    if (before === undefined && ready === undefined) return act()
    const turn = Promise.all([before, ready]).then(act)
    this.turns.set(room, turn)
    void turn.then(() => {
      if (this.turns.get(room) !== turn) return
      this.turns.delete(room)
      onIdle()
    })
  }
}
