import { z } from 'zod'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead, JsonObject, User } from '../domain/events.ts'
import type { UserStream } from '../domain/user-stream.ts'
import { nextUserHead, nextUserTime } from '../domain/user-stream.ts'
import { ann } from '../protocol/example-values.ts'
import { peopleLevel } from '../protocol/feature-level.ts'
import * as field from '../protocol/fields.ts'
import { dataObject } from '../protocol/json-data.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { requestOutsideRooms } from '../protocol/request-frame.ts'
import { id, storedUserSchema, time } from '../protocol/shapes.ts'
import { defineUserEvent, ownContent } from './user-event.ts'

/** The fields of a profile that a request changes. An empty text or object removes the field. */
export interface RequestedProfile {
  readonly name?: string | undefined
  readonly image?: string | undefined
  readonly data?: JsonObject | undefined
}

/** The command to change one's own profile. */
export interface UpdateUser extends CommandHead {
  readonly type: 'UpdateUser'
  readonly body: { readonly user: RequestedProfile }
}

/** The event of an `UpdateUser` command. `body.user` is the whole user after the change. */
export interface UserUpdated extends EventHead {
  readonly type: 'UserUpdated'
  readonly body: { readonly id: string; readonly user: User; readonly created_at: string }
}

const at = '2026-11-24T15:45:02.410Z'
const change = { name: 'Ann B.', image: 'https://img.example/ann.png', data: { team: 'kitchen' } }
const updated = {
  id: '01a20e3b-61d2-7b14-8e30-5c6f7a8b9c0d',
  user: { id: ann, externalUserId: 'ann', ...change, created_at: '2026-11-24T15:45:02.215Z', modified_at: at },
  created_at: at,
}

const profileFields = ({ nameChars, dataBytes }: ProtocolLimits) => ({
  name: field.text(0, nameChars).optional(),
  image: field.image.optional(),
  data: dataObject(dataBytes).optional(),
})

const isEmpty = (value: string | JsonObject | undefined): boolean =>
  value === undefined || (typeof value === 'string' ? value === '' : Object.keys(value).length === 0)

/** The user with the changed fields; removed fields are absent. Fields are always in the same order. */
const changedUser = (
  user: User,
  { name = user.name, image = user.image, data = user.data }: RequestedProfile,
  now: string,
): User =>
  ({
    id: user.id,
    externalUserId: user.externalUserId,
    ...(isEmpty(name) ? {} : { name }),
    ...(isEmpty(image) ? {} : { image }),
    ...(isEmpty(data) ? {} : { data }),
    created_at: user.created_at,
    modified_at: now,
  }) as User

/** Changes the profile of the acting user. Fields that the request does not name stay. */
export const updateUser = defineUserEvent({
  name: 'update-user',
  command: 'UpdateUser',
  event: 'UserUpdated',
  level: peopleLevel,
  summary: 'Change the name, the image or the data of a user, as this user',
  price: { unit: 'bytes', per: 4_096 },
  examples: {
    request: { event: 'update-user', id: '40', body: { user: change, id: updated.id } },
    answer: { id: '40', event: 'update-user', body: updated },
  },
  request: (limits: ProtocolLimits) =>
    requestOutsideRooms(
      'update-user',
      z.strictObject({
        user: z
          .strictObject(profileFields(limits))
          .refine((user) => Object.keys(user).length > 0, 'must have at least one field'),
        id: field.ownId.optional(),
      }),
    ),
  commandContent: ownContent,
  commandBody: z.object({
    user: z.object({
      name: z.string().optional(),
      image: z.string().optional(),
      data: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  answerBody: z.looseObject({ id, user: storedUserSchema, created_at: time }),

  named: () => [],

  decide: (command: UpdateUser, state: UserStream): UserUpdated => {
    const now = nextUserTime(command, state)
    const body = { id: command.id, user: changedUser(state.user, command.body.user, now), created_at: now }
    return { type: 'UserUpdated', ...nextUserHead(command, state), body }
  },

  evolve: (state: UserStream, { body }: UserUpdated) => ({ ...state, user: body.user }),
})
