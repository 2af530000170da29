import type { User } from '../../../shared/domain/events.ts'
import { unknownMessage } from '../../../shared/domain/named-messages.ts'
import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import { foundBody, messagesBody, versionsBody } from '../../../shared/frames/messages-body.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { ChatListEntry, MemberPage, NoPage, ReactionPage, ReadModel } from '../../../shared/ports/read-model.ts'
import { CursorError } from '../../../shared/ports/read-model.ts'
import type { SearchIndex } from '../../../shared/ports/search-index.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import { memberStateLevel } from '../../../shared/protocol/member-state.ts'
import type { Request, RequestOf } from '../../../shared/protocol/requests.ts'
import { chatRulesLevel } from '../../../shared/room-events/chat-rules-level.ts'
import type { FeatureLevel } from '../reads/feature-level.ts'
import { visibleUsers } from '../reads/visible-users.ts'
import { settingsBody } from '../signals/settings-body.ts'
import type { AnswerBudget } from './answer-budget.ts'
import { invalidField } from './request-errors.ts'
import type { Requester } from './requester.ts'

/** A request that is answered from the read model. */
export type ReadRequest = RequestOf<
  | 'list-chats'
  | 'list-messages'
  | 'list-reactions'
  | 'get-message-versions'
  | 'list-members'
  | 'search-messages'
  | 'list-blocks'
  | 'get-users'
>

const readEvents: ReadonlySet<string> = new Set<ReadRequest['event']>([
  'list-chats',
  'list-messages',
  'list-reactions',
  'get-message-versions',
  'list-members',
  'search-messages',
  'list-blocks',
  'get-users',
])

/** Whether a request is answered from the read model. */
export const isRead = (request: Request): request is ReadRequest => readEvents.has(request.event)

/** Answers reads. Each is one snapshot of the read model, authorised as the acting user. */
export interface Queries {
  /** Resolves when the answer or the error is queued. */
  answer(requester: Requester, request: ReadRequest, actor: string | undefined): Promise<void>
}

const defaultLimit = 50

/** The chat has no such message, and the reader is a member of it. */
class UnknownMessage extends Error {}

/** This service has no search index. */
class NoSearchIndex extends Error {}

/** Undefined: the reader is not a member. Throws `UnknownMessage`. */
const pageOrThrow = <Page extends object>(page: Page | NoPage): Page | undefined => {
  if (page === 'unknown_message') throw new UnknownMessage()
  return page === 'forbidden' ? undefined : page
}

const failure = (error: unknown) => {
  if (error instanceof UnknownMessage) {
    const { message, details } = unknownMessage('body.message')
    return errorBody('unknown_message', message, details)
  }
  if (error instanceof CursorError) return invalidField('body.query.cursor', 'not a cursor of this list')
  if (error instanceof NoSearchIndex) {
    const reason = 'this service has no search index'
    return errorBody('unknown_event', `event: ${reason}`, { field: 'event', reason })
  }
  if (error instanceof StoreError) return errorBody('unavailable', 'history cannot be read now')
  throw error
}

/** Shared by all queries of a gateway. */
export interface QueriesDeps {
  readonly readModel: ReadModel
  readonly searchIndex: SearchIndex | undefined
  readonly budget: AnswerBudget
  readonly featureLevel: Pick<FeatureLevel, 'current'>
  readonly limits: Pick<ProtocolLimits, 'receiptMembers'>
}

/** A chat as the list shows it; below the feature levels of roles and of the state of members, without them. */
const listedChat = (entry: ChatListEntry, level: number): object => {
  const { unread, mentions, read, settings, role, role_until: until, role_after: after, ...chat } = entry
  const lowered = until === undefined ? {} : { role_until: until, role_after: after }
  const ofRole = { ...(role === undefined ? {} : { role }), ...lowered }
  const state = { unread, mentions, read, settings: settingsBody(settings) }
  return { ...chat, ...(level < chatRulesLevel ? {} : ofRole), ...(level < memberStateLevel ? {} : state) }
}

export const createQueries = ({ readModel, searchIndex, budget, featureLevel, limits }: QueriesDeps): Queries => {
  const listChats = async (request: RequestOf<'list-chats'>, actor: string): Promise<string | undefined> => {
    if (request.body.user.id !== actor) return undefined
    const { limit = defaultLimit, cursor } = request.body.query ?? {}
    const { chats, nextCursor } = await readModel.chatsOf({ user: actor, limit, cursor })
    const listed = chats.map((chat) => listedChat(chat, featureLevel.current))
    return JSON.stringify({ chats: listed, ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }) })
  }

  const listMessages = async (request: RequestOf<'list-messages'>, actor: string): Promise<string | undefined> => {
    const { limit = defaultLimit, ...range } = request.body.query ?? {}
    const page = await readModel.messagesOf({ room: request.body.chat.id, reader: actor, limit, ...range })
    return page === undefined ? undefined : messagesBody(page)
  }

  const aboutMessage = (
    { body }: RequestOf<'list-reactions' | 'get-message-versions'>,
    reader: string,
  ): Parameters<ReadModel['versionsOf']>[0] => {
    const { limit = defaultLimit, cursor } = body.query ?? {}
    return { room: body.chat.id, message: body.message, reader, limit, cursor }
  }

  const listReactions = async (request: RequestOf<'list-reactions'>, actor: string): Promise<string | undefined> => {
    const query = { ...aboutMessage(request, actor), reaction: request.body.query?.reaction }
    return reactionsText(pageOrThrow(await readModel.reactionsOf(query)))
  }

  const getVersions = async (request: RequestOf<'get-message-versions'>, actor: string): Promise<string | undefined> => {
    const page = pageOrThrow(await readModel.versionsOf(aboutMessage(request, actor)))
    return page === undefined ? undefined : versionsBody(page)
  }

  const listMembers = async (request: RequestOf<'list-members'>, actor: string): Promise<string | undefined> => {
    const { limit = defaultLimit, ...filters } = request.body.query ?? {}
    const query = { room: request.body.chat.id, reader: actor, limit, markersUpTo: limits.receiptMembers, ...filters }
    return membersText(await readModel.membersOf(query))
  }

  const searchMessages = async (request: RequestOf<'search-messages'>, actor: string): Promise<string> => {
    if (searchIndex === undefined) throw new NoSearchIndex()
    const { limit = defaultLimit, user, ...query } = request.body.query
    return foundBody(await searchIndex.search({ reader: actor, author: user, limit, ...query }))
  }

  const listBlocks = async (request: RequestOf<'list-blocks'>, actor: string): Promise<string> => {
    const { limit = defaultLimit, cursor } = request.body.query ?? {}
    const { blocks, nextCursor } = await readModel.blocksOf({ user: actor, limit, cursor })
    return JSON.stringify({
      blocks: blocks.map(({ user, createdAt }) => ({ user_id: user, created_at: createdAt })),
      ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
    })
  }

  const getUsers = async (
    requester: Requester,
    request: RequestOf<'get-users'>,
    actor: string | undefined,
  ): Promise<string | undefined> => {
    const { body } = request
    const { isService } = requester.principal
    if (!isService && actor === undefined) return '{"users":[]}'
    // A user sees only users of shared chats, by either id.
    const seenBy = isService ? undefined : actor
    if ('users' in body) return usersText(await readModel.usersById(body.users, seenBy))
    return usersText(await visibleUsers(readModel, body.externalUserIds, seenBy))
  }

  const read = (requester: Requester, request: ReadRequest, actor: string | undefined): Promise<string | undefined> => {
    if (request.event === 'get-users') return getUsers(requester, request, actor)
    if (actor === undefined) throw new Error('a list needs an acting user')
    switch (request.event) {
      case 'list-chats':
        return listChats(request, actor)
      case 'list-messages':
        return listMessages(request, actor)
      case 'list-reactions':
        return listReactions(request, actor)
      case 'get-message-versions':
        return getVersions(request, actor)
      case 'list-members':
        return listMembers(request, actor)
      case 'search-messages':
        return searchMessages(request, actor)
      case 'list-blocks':
        return listBlocks(request, actor)
    }
  }

  const reply = (requester: Requester, ref: RequestRef, text: string | undefined): void => {
    if (text === undefined) requester.refuse(ref, 'forbidden', 'not a member, or no such chat')
    else requester.answer(ref, text)
  }

  return {
    answer: async (requester, request, actor) => {
      const { isService, subject } = requester.principal
      const end = await budget.begin(requester.sendQueue, isService ? undefined : subject)
      try {
        if (!requester.isClosed) reply(requester, request, await read(requester, request, actor))
      } catch (error) {
        requester.fail(request, failure(error))
      } finally {
        end()
      }
    },
  }
}

const reactionsText = (page: ReactionPage | undefined): string | undefined => {
  if (page === undefined) return undefined
  const reactions = page.reactions.map(({ reaction, user, seq }) => ({ reaction, user_id: user, seq }))
  return JSON.stringify({ reactions, ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }) })
}

const membersText = (page: MemberPage | undefined): string | undefined => {
  if (page === undefined) return undefined
  const members = page.members.map(({ user, ...member }) => ({ user_id: user, ...member }))
  return JSON.stringify({ members, ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }) })
}

/** The most users of whom an answer has the whole profiles, so that its size stays near that of a page. */
const mostProfiles = 100

const profileOf = ({ image, data }: Pick<User, 'image' | 'data'>): Pick<User, 'image' | 'data'> => ({
  ...(image === undefined ? {} : { image }),
  ...(data === undefined ? {} : { data }),
})

const usersText = (users: readonly User[]): string =>
  JSON.stringify({
    users: users.map(({ id, externalUserId, name, erased, ...rest }) => ({
      id,
      externalUserId,
      ...(name === undefined ? {} : { name }),
      ...(users.length > mostProfiles ? {} : profileOf(rest)),
      ...(erased === undefined ? {} : { erased }),
    })),
  })
