/** One submission of a command. The submissions of one command id are different attempts. */
export interface Attempt {
  /** The command was not accepted by this attempt. */
  isRefused: boolean
  /** The attempt that the sender requires to be accepted before; undefined: none, or one that is over. */
  readonly after: Attempt | undefined
}

/** A command: ids are unique in a room only. */
export interface CommandName {
  readonly room: string
  readonly id: string
}

/** An attempt of which nothing is known, and which therefore counts as refused. */
const forgotten: Attempt = { isRefused: true, after: undefined }

const keyOf = ({ room, id }: CommandName): string => `${room} ${id}`

/**
 * The attempts of one requester that were refused, or that the command log has
 * not accepted yet. `Intake` and `Session` report the refusals.
 *
 * Promises:  a refused command stays refused until it is submitted again. A
 *            sender that never does so has at most `most` entries; once there
 *            were more, every unknown command counts as refused, so that the order
 *            is kept and a command with `after` has to be sent without it.
 */
export class Attempts {
  private readonly most: number
  private readonly byName = new Map<string, Attempt>()
  private isIncomplete = false

  constructor(most: number) {
    this.most = most
  }

  get isEmpty(): boolean {
    return this.byName.size === 0
  }

  /** A command is submitted. `after`: the id of the command in the same room that must be accepted before. */
  begin(name: CommandName, after: string | undefined): Attempt {
    const required = after === undefined ? undefined : this.find({ room: name.room, id: after })
    const attempt: Attempt = { isRefused: false, after: required }
    this.set(name, attempt)
    return attempt
  }

  /** A command was refused before it was submitted. */
  refuse(name: CommandName): void {
    const attempt = this.byName.get(keyOf(name))
    if (attempt === undefined || !attempt.isRefused) this.set(name, { isRefused: true, after: undefined })
  }

  /** The command log has accepted the command, or never will. */
  end(name: CommandName, attempt: Attempt): void {
    const key = keyOf(name)
    if (this.byName.get(key) === attempt) this.byName.delete(key)
  }

  /** The last attempt of this command was refused. */
  isRefused(name: CommandName): boolean {
    return this.find(name)?.isRefused === true
  }

  private find(name: CommandName): Attempt | undefined {
    return this.byName.get(keyOf(name)) ?? (this.isIncomplete ? forgotten : undefined)
  }

  private set(name: CommandName, attempt: Attempt): void {
    const key = keyOf(name)
    if (this.byName.size < this.most || this.byName.has(key)) this.byName.set(key, attempt)
    else this.isIncomplete = true
  }
}
