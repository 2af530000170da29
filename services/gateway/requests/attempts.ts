/** One submission of a command. The submissions of one command id are different attempts. */
export interface Attempt {
  readonly room: string
  /** The command was not accepted by this attempt. */
  isRefused: boolean
  /** The attempt that the log must accept first; undefined: the sender named none, or the log has accepted it already. */
  readonly after: Attempt | undefined
}

/** A command: ids are unique in a room only. */
export interface CommandName {
  readonly room: string
  readonly id: string
}

/** Stands for every attempt that may have been left out of the table. It counts as refused. */
const forgotten: Attempt = { room: '', isRefused: true, after: undefined }

/**
 * The attempts of one requester that were refused, or that the command log has
 * not accepted yet. `Intake` and `Session` report the refusals.
 *
 * Promises:  a refused command stays refused until it is submitted again. There
 *            are at most `most` entries. Once there were more, or one id was used
 *            in two rooms, every unknown command counts as refused: that keeps
 *            the order, and the sender has to omit `after`.
 */
export class Attempts {
  private readonly most: number
  /** Keyed by command id alone: a text joined from room and id would have to be hashed for every command. */
  private readonly byId = new Map<string, Attempt>()
  private isIncomplete = false

  constructor(most: number) {
    this.most = most
  }

  get isEmpty(): boolean {
    return this.byId.size === 0
  }

  /** A command is submitted. `after`: the id of the command in the same room that must be accepted before. */
  begin(name: CommandName, after: string | undefined): Attempt {
    const required = after === undefined ? undefined : this.find({ room: name.room, id: after })
    const attempt: Attempt = { room: name.room, isRefused: false, after: required }
    this.set(name, attempt)
    return attempt
  }

  /** A command was refused before it was submitted. */
  refuse(name: CommandName): void {
    if (this.get(name)?.isRefused !== true) this.set(name, { room: name.room, isRefused: true, after: undefined })
  }

  /** The command log has accepted the command, or never will. */
  end(id: string, attempt: Attempt): void {
    if (this.byId.get(id) === attempt) this.byId.delete(id)
  }

  /** The last attempt of this command was refused. */
  isRefused(name: CommandName): boolean {
    return this.find(name)?.isRefused === true
  }

  private find(name: CommandName): Attempt | undefined {
    return this.get(name) ?? (this.isIncomplete ? forgotten : undefined)
  }

  private get({ room, id }: CommandName): Attempt | undefined {
    const attempt = this.byId.get(id)
    return attempt?.room === room ? attempt : undefined
  }

  private set({ id }: CommandName, attempt: Attempt): void {
    const former = this.byId.get(id)
    const hasSpace = former === undefined ? this.byId.size < this.most : former.room === attempt.room
    if (hasSpace) this.byId.set(id, attempt)
    else this.isIncomplete = true
  }
}
