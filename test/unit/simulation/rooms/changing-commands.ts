import type { Random } from '../../../support/simulation/random.ts'

/** The content of a request that changes a message. */
export interface ChangingRequest {
  readonly event: 'edit-message' | 'delete-message' | 'set-reaction' | 'set-pin'
  readonly body: Readonly<Record<string, unknown>>
}

/** Random requests about the messages that were sent to a room before, whether they were stored or not. */
export interface ChangingCommands {
  /** A message with this id was sent to the room. */
  note(room: string, id: string): void
  /** Optional members of a message. */
  parts(room: string, users: readonly string[]): Readonly<Record<string, unknown>>
  /** Undefined: no message was sent to the room. */
  next(room: string, text: string): ChangingRequest | undefined
  /** A random message of the room. */
  message(room: string): string | undefined
}

const reactions = ['👍', 'heart', '1'] as const
const recentMost = 6

export const changingCommands = (random: Random): ChangingCommands => {
  /** By room: the recent messages, of which later commands name the same ones. */
  const recent = new Map<string, string[]>()

  const message = (room: string): string | undefined => {
    const ids = recent.get(room) ?? []
    return ids.length === 0 ? undefined : random.pick(ids)
  }
  const sometimes = (share: number, name: string, value: unknown): object =>
    value !== undefined && random.chance(share) ? { [name]: value } : {}

  return {
    message,
    note: (room, id) => {
      const ids = recent.get(room) ?? []
      recent.set(room, ids)
      ids.push(id)
      if (ids.length > recentMost) ids.splice(random.below(ids.length - 1), 1)
    },
    parts: (room, users) => ({
      ...sometimes(0.3, 'thread', message(room)),
      ...sometimes(0.2, 'reply_to', message(room)),
      ...sometimes(0.2, 'data', { n: random.below(9) }),
      ...sometimes(0.2, 'mentions', random.chance(0.3) ? 'all' : [random.pick(users)]),
      ...sometimes(0.1, 'silent', true),
    }),
    next: (room, text) => {
      const named = message(room)
      if (named === undefined) return undefined
      const dice = random.next()
      if (dice < 0.3) return { event: 'edit-message', body: { message: named, msg: text, ...sometimes(0.3, 'data', { n: 1 }) } }
      if (dice < 0.5) return { event: 'delete-message', body: { message: named } }
      const on = sometimes(0.5, 'on', random.chance(0.5))
      if (dice < 0.85) return { event: 'set-reaction', body: { message: named, reaction: random.pick(reactions), ...on } }
      return { event: 'set-pin', body: { message: named, ...on } }
    },
  }
}
