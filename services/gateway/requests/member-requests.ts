import { StoreError } from '../../../shared/ports/event-store.ts'
import type { Request, RequestOf } from '../../../shared/protocol/requests.ts'
import type { ChangedSettings } from '../../../shared/records/signals.ts'
import { settingsBody } from '../signals/settings-body.ts'
import type { MemberChanges } from './member-changes.ts'
import type { Requester } from './requester.ts'

/** A request that changes the state of the acting user as a member of a chat. */
export type MemberRequest = RequestOf<'mark-read' | 'set-chat-settings'>

/** Whether a request changes the state of a member. */
export const isMemberRequest = (request: Request): request is MemberRequest =>
  request.event === 'mark-read' || request.event === 'set-chat-settings'

/** Answers these requests. Resolves when the answer or the error is queued. */
export interface MemberRequests {
  answer(requester: Requester, request: MemberRequest, actor: string): Promise<void>
}

/** The writer of the state of members, and the report of stored settings to the other devices of the user. */
export interface MemberRequestsDeps {
  readonly changes: MemberChanges
  readonly reportSettings: (user: string, settings: ChangedSettings) => void
}

export const createMemberRequests = ({ changes, reportSettings }: MemberRequestsDeps): MemberRequests => {
  const markRead = async ({ room, body }: RequestOf<'mark-read'>, user: string): Promise<object | undefined> => {
    const { seq, gen = 0, delivered, thread } = body
    if (thread !== undefined) {
      const marked = await changes.markThread({ room, user, thread, read: { seq, gen } })
      return marked && { ...marked.read, unread: marked.unread, as_of: marked.head }
    }
    // The marker at 0 is the one of a member who has marked nothing: the request asks for the counts only.
    const read = seq === 0 && gen === 0 ? undefined : { seq, gen }
    const found = await changes.mark({ room, user, read, delivered })
    if (found === undefined) return undefined
    return { ...found.read, unread: found.unread, mentions: found.mentions, as_of: found.head }
  }

  const setSettings = async ({ room, body }: RequestOf<'set-chat-settings'>, user: string): Promise<object | undefined> => {
    const found = await changes.configure({ room, user, mutedUntil: body.muted_until, isHidden: body.hidden })
    if (found === undefined) return undefined
    reportSettings(user, { room, ...found })
    return settingsBody(found)
  }

  return {
    answer: async (requester, request, actor) => {
      try {
        const answer = await (request.event === 'mark-read' ? markRead(request, actor) : setSettings(request, actor))
        if (answer === undefined) requester.refuse(request, 'forbidden', 'not a member, or no such chat or thread')
        else requester.answer(request, JSON.stringify(answer))
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        requester.refuse(request, 'unavailable', 'the state of members cannot be written now')
      }
    },
  }
}
