import { roleNames } from '../../../../shared/domain/roles.ts'
import { actions } from '../../../../shared/domain/rules.ts'
import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'
import type { Random } from '../../../support/simulation/random.ts'
import { simulatedId } from '../world/simulated-ids.ts'

export const ruleRoom = simulatedId(1, 1)
export const ruleUsers = [1, 2, 3, 4, 5].map((n) => simulatedId(2, n))

/** The room and its users, the creator first. */
export interface RuleStage {
  readonly room: string
  readonly users: readonly string[]
}

/** Random commands of a few users in one room about everything that roles and rules govern. */
export interface RuleCommands {
  /** The commands of the next moment, by default a few milliseconds after the one before. */
  next(atMs?: number): readonly ChatCommand[]
}

const startMs = Date.parse('2026-01-01T00:00:00.000Z')
/** Most lower roles end within so many milliseconds, so that many commands are at the millisecond of an end. */
const shortMs = 12
const longMs = 200
const recentMost = 5

type Content = Pick<ChatCommand, 'type' | 'body'>

export const ruleCommands = (random: Random, { room, users }: RuleStage = { room: ruleRoom, users: ruleUsers }): RuleCommands => {
  const [opener = ''] = users
  const messages: { readonly id: string; readonly user: string }[] = []
  let nowMs = startMs
  let ids = 100

  const someUsers = (): string[] => {
    const some = users.filter(() => random.chance(0.25))
    return some.length > 0 ? some : [random.pick(users)]
  }
  const timeOf = (ms: number): string => new Date(ms).toISOString()

  const post = (user: string, id: string): Content => {
    const thread = messages.length > 0 && random.chance(0.2) ? { thread: random.pick(messages).id } : {}
    const mentions = random.chance(0.2) ? ({ mentions: 'all' } as const) : {}
    if (!('thread' in thread)) messages.push({ id, user })
    if (messages.length > recentMost) messages.shift()
    return { type: 'PostMessage', body: { msg: 'text', type: 'text', ...thread, ...mentions } }
  }

  const setRole = (): Content => {
    const until = random.chance(0.4) ? { until: timeOf(nowMs + random.below(random.chance(0.7) ? shortMs : longMs)) } : {}
    return { type: 'UpdateMembers', body: { users: someUsers(), role: random.pick(roleNames), ...until } }
  }

  const setRules = (): Content => {
    const own = actions.filter(() => random.chance(0.2)).map((action) => [action, random.pick(roleNames)] as const)
    const editTime = random.chance(0.3) ? { edit_s: random.below(2) } : {}
    return { type: 'UpdateChat', body: { chat: { name: 'room', rules: { ...Object.fromEntries(own), ...editTime } } } }
  }

  const changeMessage = (user: string): Content => {
    const own = messages.filter((message) => message.user === user)
    const { id: message } = random.pick(own.length > 0 && random.chance(0.6) ? own : messages)
    const dice = random.next()
    if (dice < 0.3)
      return { type: 'EditMessage', body: { message, msg: 'new', ...(random.chance(0.3) ? { mentions: 'all' } : {}) } }
    if (dice < 0.5) return { type: 'DeleteMessage', body: { message } }
    if (dice < 0.75) return { type: 'SetReaction', body: { message, reaction: '👍', on: random.chance(0.6) } }
    return { type: 'SetPin', body: { message, on: random.chance(0.6) } }
  }

  const content = (user: string, id: string): Content => {
    const dice = random.next()
    if (dice < 0.3) return post(user, id)
    if (dice < 0.5 && messages.length > 0) return changeMessage(user)
    if (dice < 0.7) return setRole()
    if (dice < 0.76) return setRules()
    if (dice < 0.9) return { type: 'AddUsers', body: { users: someUsers() } }
    const leaving = random.chance(0.3) ? [user] : someUsers()
    return { type: 'RemoveUsers', body: { users: leaving, ...(random.chance(0.3) ? { ban: true } : {}) } }
  }

  const command = (): ChatCommand => {
    ids += 1
    const id = simulatedId(3, ids)
    // The creator may do more than others, so that more of its commands are carried out.
    const user = random.chance(0.3) ? opener : random.pick(users)
    const at = timeOf(nowMs - random.below(2))
    return { v: 1, stream: room, id, digest: id, user, at, ...content(user, id) } as ChatCommand
  }

  return {
    next: (atMs = nowMs + (random.chance(0.02) ? 1_000 : random.below(4))) => {
      nowMs = atMs
      return Array.from({ length: 1 + random.below(3) }, command)
    },
  }
}
