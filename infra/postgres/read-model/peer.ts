import type { User } from '../../../shared/domain/events.ts'
import type { UserRow } from './user-rows.ts'

/** The other user of a direct chat, without its data. */
export type Peer = Pick<User, 'id' | 'externalUserId' | 'name' | 'image'>

/**
 * SQL for the other user of a direct chat, as JSON text; null for any other chat. `chat`: the alias of the chat; `viewer`:
 * the parameter of the user who reads.
 */
export const peerJson = (chat: string, viewer: string): string => `case when ${chat}.name = '' then (
    select json_build_object('id', person.id, 'external_id', person.external_id, 'name', person.name, 'image', person.image)::text
    from chat_member as other join app_user as person on person.id = other.user_id
    where other.chat_id = ${chat}.id and other.user_id <> ${viewer} limit 1
  ) end`

/** The other user of a row of `peerJson`. */
export const peerOf = (json: string): Peer => {
  const { id, external_id, name, image } = JSON.parse(json) as Pick<UserRow, 'id' | 'external_id' | 'name' | 'image'>
  return { id, externalUserId: external_id ?? '', ...(name === null ? {} : { name }), ...(image === null ? {} : { image }) }
}
