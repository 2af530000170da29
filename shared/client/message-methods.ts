import type { Message } from '../domain/events.ts'
import type { RequestEvent } from '../protocol/requests.ts'
import type { ChangeOptions, MessageContent, MessageDraft, MessageVersion, Reaction } from './call-types.ts'
import type { Ask, PageOptions } from './history.ts'
import { entriesOf } from './history.ts'
import { newId } from './new-id.ts'
import type { RoomCalls } from './room-calls.ts'
import type { OwnMessage } from './unsent.ts'

/** The methods of a client that concern one message. */
export type MessageMethods = Pick<RoomCalls, 'edit' | 'delete' | 'react' | 'pin' | 'reactions' | 'versions'>

/** Sends a request that changes a room, in the order of the calls. */
export type Change = <Answer>(event: RequestEvent, room: string, body: object, call?: ChangeOptions) => Promise<Answer>

const contentOf = <Content extends MessageContent>(content: Content | string): Content | MessageContent =>
  typeof content === 'string' ? { msg: content } : content

/** The draft with the id and the type under which it is sent. */
export const ownMessage = (draft: MessageDraft | string): OwnMessage => {
  const { msg, type = 'text', id = newId(), ...others }: MessageDraft = contentOf(draft)
  return { msg, type, id, ...others }
}

/** The body of a `new-message`. Absent fields are not sent, so that services of a lower feature level accept it. */
export const messageBody = ({ msg, type, id, data, mentions, attachments, thread, replyTo, silent }: OwnMessage): object => ({
  msg,
  type,
  id,
  data,
  mentions,
  attachments,
  thread,
  reply_to: replyTo,
  silent: silent === true ? silent : undefined,
})

/** Creates the methods of a client that concern one message. */
export const createMessageMethods = (ask: Ask, change: Change): MessageMethods => {
  const changeMessage = <Answer>(event: RequestEvent, room: string, body: object, call?: ChangeOptions): Promise<Answer> =>
    change<Answer>(event, room, { ...body, id: call?.id ?? newId() }, call)

  const list = <Entry>(event: RequestEvent, field: string, room: string, message: string, page: PageOptions, query: object) =>
    entriesOf<Entry>(ask, event, field, { chat: { id: room }, message }, query, page)

  return {
    edit: async (room, message, content, call) => {
      const { msg, type, data, mentions, attachments } = contentOf(content)
      const edited = { message, msg, type, data, mentions, attachments }
      return (await changeMessage<{ message: Message }>('edit-message', room, edited, call)).message
    },
    delete: async (room, message, call) =>
      (await changeMessage<{ message: Message }>('delete-message', room, { message }, call)).message,
    react: async (room, message, reaction, call) =>
      (await changeMessage<{ count: number }>('set-reaction', room, { message, reaction, on: call?.on }, call)).count,
    pin: async (room, message, call) => {
      await changeMessage('set-pin', room, { message, on: call?.on }, call)
    },
    reactions: (room, message, { reaction, ...page } = {}) =>
      list<Reaction>('list-reactions', 'reactions', room, message, page, { reaction }),
    versions: async function* (room, message, page = {}) {
      const versions = list<MessageVersion>('get-message-versions', 'versions', room, message, page, {})
      for await (const version of versions) yield { ...version, room }
    },
  }
}
