import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'
import type { Random } from '../../../support/simulation/random.ts'
import { simulatedId } from '../world/simulated-ids.ts'
import type { Head } from './command-digest.ts'
import { digested } from './command-digest.ts'
import { messageCommands } from './message-commands.ts'

/** Kinds of ids: 1 rooms, 2 users, 3 commands, 4 commands of the other program. */
export const simulatedUsers = [simulatedId(2, 1), simulatedId(2, 2), simulatedId(2, 3), simulatedId(2, 4)] as const

/** Commands of four users in a few rooms, which some of the commands create; some are sent again, some under a used id. */
export interface RandomCommands {
  /** One or a few commands that are sent together. */
  next(nowMs: number): readonly ChatCommand[]
  readonly rooms: readonly string[]
}

/** With `isLiving`, half of the commands change messages. */
export const randomCommands = (random: Random, isLiving: boolean): RandomCommands => {
  const rooms = [simulatedId(1, 1)]
  const recent: ChatCommand[] = []
  let ids = 0

  const newId = (): string => {
    ids += 1
    return simulatedId(3, ids)
  }
  const newRoom = (): string => {
    if (rooms.length < 6) rooms.push(simulatedId(1, rooms.length + 1))
    return rooms.at(-1) ?? ''
  }
  const changes = messageCommands(random, newId, simulatedUsers[0])
  const someUsers = (): string[] => simulatedUsers.filter(() => random.chance(0.5))

  const post = (head: Head, room: string, id = newId()): ChatCommand =>
    digested({ ...head, stream: room, id, type: 'PostMessage', body: { msg: `text ${ids}`, type: 'text' } })
  const create = (head: Head, room: string): ChatCommand =>
    digested({ ...head, stream: room, id: room, type: 'CreateChat', body: { name: 'a room', users: someUsers() } })
  const change = (head: Head, room: string, type: 'AddUsers' | 'RemoveUsers'): ChatCommand =>
    digested({ ...head, stream: room, id: newId(), type, body: { users: [random.pick(simulatedUsers)] } })

  const creation = (head: Head): ChatCommand[] => {
    const room = newRoom()
    const other = { ...head, user: random.pick(simulatedUsers) }
    return [
      ...(random.chance(0.4) ? [post(head, room)] : []),
      create(head, room),
      ...(random.chance(0.5) ? [create(other, room)] : []),
      ...(random.chance(0.6) ? [post(head, room)] : []),
    ]
  }

  const fresh = (head: Head): ChatCommand[] => {
    const room = random.pick(rooms)
    const dice = random.next()
    if (dice < 0.1) return creation(head)
    if (dice < 0.5) return Array.from({ length: 1 + random.below(3) }, () => post(head, room))
    if (dice < 0.66) return [change(head, room, 'AddUsers')]
    if (dice < 0.78) return [change(random.chance(0.5) ? creatorOf(head) : head, room, 'RemoveUsers')]
    const again = recent.length > 0 ? random.pick(recent) : undefined
    if (again === undefined) return []
    return dice < 0.92 ? [{ ...again, at: head.at }] : [post(head, again.stream, again.id)]
  }

  return {
    rooms,
    next: (nowMs) => {
      const at = new Date(nowMs + random.below(400) - 200).toISOString()
      const head = { v: 1, user: random.pick(simulatedUsers), at } as const
      const first = isLiving && random.chance(0.5) ? changes.next(head) : fresh(head)
      changes.note(first)
      const commands = isLiving && random.chance(0.4) ? [...first, ...changes.next(head)] : first
      recent.push(...commands)
      recent.splice(0, recent.length - 8)
      return commands
    },
  }
}

/** The first user creates most rooms. */
const creatorOf = (head: Head): Head => ({ ...head, user: simulatedUsers[0] })
