import { z } from 'zod'
import { blockKeyText } from '../domain/blocks.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import { rejected } from '../domain/rejections.ts'
import type { UserStream } from '../domain/user-stream.ts'
import { nextUserHead, nextUserTime } from '../domain/user-stream.ts'
import { bob } from '../protocol/example-values.ts'
import { peopleLevel } from '../protocol/feature-level.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestOutsideRooms } from '../protocol/request-frame.ts'
import { id, time } from '../protocol/shapes.ts'
import { defineUserEvent, ownContent } from './user-event.ts'

/** The command to block another user, or to remove the block. */
export interface SetBlock extends CommandHead {
  readonly type: 'SetBlock'
  readonly body: { readonly user: string; readonly on?: boolean | undefined }
}

/** The event of a `SetBlock` command. `body.user` is the user who is blocked. */
export interface BlockSet extends EventHead {
  readonly type: 'BlockSet'
  readonly body: { readonly id: string; readonly user: string; readonly on: boolean; readonly created_at: string }
}

const blocked = {
  id: '01a20e3b-61dc-7a20-9f41-6d7e8f9a0b1c',
  user: bob,
  on: true,
  created_at: '2026-11-24T15:45:02.420Z',
}

const invalidUser = (reason: string): Rejection => rejected('invalid', `body.user: ${reason}`, { field: 'body.user', reason })

/** The state after the block was set or removed. A command that changes nothing is an event too. */
const withBlock = (state: UserStream, { user, on }: BlockSet['body']): UserStream => {
  const key = blockKeyText({ user: state.user.id, blocked: user })
  const change = Number(on) - Number(state.blocks.has(key))
  const blocks = on ? state.blocks.union(new Set([key])) : state.blocks.difference(new Set([key]))
  return { ...state, blocks, blockCount: state.blockCount + change }
}

/** Blocks another user, who can then neither open a direct chat with the acting user nor add it to a chat. */
export const setBlock = defineUserEvent({
  name: 'set-block',
  command: 'SetBlock',
  event: 'BlockSet',
  level: peopleLevel,
  summary: 'Block a user, or remove the block, as the user who blocks',
  price: undefined,
  examples: {
    request: { event: 'set-block', id: '41', body: { user: bob, on: true, id: blocked.id } },
    answer: { id: '41', event: 'set-block', body: blocked },
  },
  request: (_: ProtocolLimits) =>
    requestOutsideRooms(
      'set-block',
      z.strictObject({ user: field.userId, on: z.boolean().optional(), id: field.ownId.optional() }),
    ),
  commandContent: ownContent,
  commandBody: z.object({ user: z.guid(), on: z.boolean().optional() }),
  answerBody: z.looseObject({ id, user: id, on: z.boolean(), created_at: time }),

  named: ({ body }: SetBlock) => [body.user],

  decide: (command: SetBlock, state: UserStream): BlockSet | Rejection => {
    const { user, on = true } = command.body
    if (user === command.user) return invalidUser('must be another user')
    if (!state.knownUsers.has(user)) return rejected('unknown_user', 'some users do not exist', { users: [user] })
    const isNew = on && !state.blocks.has(blockKeyText({ user: command.user, blocked: user }))
    if (isNew && state.blockCount >= state.maxBlocks) return invalidUser(`a user blocks at most ${state.maxBlocks} users`)
    const body = { id: command.id, user, on, created_at: nextUserTime(command, state) }
    return { type: 'BlockSet', ...nextUserHead(command, state), body }
  },

  evolve: (state: UserStream, { body }: BlockSet) => withBlock(state, body),
})
