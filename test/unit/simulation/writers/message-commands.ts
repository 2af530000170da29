import type { PostMessage } from '../../../../shared/room-events/new-message.ts'
import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'
import type { Random } from '../../../support/simulation/random.ts'
import type { Head } from './command-digest.ts'
import { digested } from './command-digest.ts'

/** Commands that change the messages which were sent before, whether they were stored or not. */
export interface MessageCommands {
  note(commands: readonly ChatCommand[]): void
  /** One or a few commands that are sent together; none if no message was sent. */
  next(head: Head): readonly ChatCommand[]
}

const reactions = ['👍', 'heart'] as const
const recentMost = 8

/** The same command again, and other content under its id: after a deletion both are answered with the tombstone. */
export const repeatsOf = (command: ChatCommand, at: string): readonly ChatCommand[] => {
  const { digest: _digest, ...content } = command
  return [{ ...command, at }, digested({ ...content, at, body: { ...content.body, msg: 'other content' } })]
}

/** The author of a message changes it more often than others, so that many changes are stored. */
export const messageCommands = (random: Random, newId: () => string, creator: string): MessageCommands => {
  const posted: PostMessage[] = []

  const change = (head: Head, type: ChatCommand['type'], { stream, id: message }: PostMessage, content: object): ChatCommand =>
    digested({ ...head, stream, id: newId(), type, body: { message, ...content } })

  /** In many batches, an edit and a deletion stand between two sendings of the same command. */
  const deletion = (head: Head, post: PostMessage): readonly ChatCommand[] => {
    const edit = change({ ...head, user: post.user }, 'EditMessage', post, { msg: 'edited before a deletion' })
    const isEdited = random.chance(0.5)
    return [
      ...(random.chance(0.4) ? [{ ...post, at: head.at }] : []),
      ...(isEdited ? [edit] : []),
      change(head, 'DeleteMessage', post, {}),
      ...(random.chance(0.6) ? [random.pick(repeatsOf(post, head.at))] : []),
      ...(isEdited && random.chance(0.6) ? [random.pick(repeatsOf(edit, head.at))] : []),
    ]
  }

  const reply = (head: Head, { stream, id }: PostMessage): ChatCommand => {
    const reference = random.pick([{ thread: id }, { reply_to: id }])
    const body = { msg: 'a reply', type: 'text', ...reference }
    return digested({ ...head, stream, id: newId(), type: 'PostMessage', body })
  }

  const changesOf = (head: Head, post: PostMessage): readonly ChatCommand[] => {
    const dice = random.next()
    if (dice < 0.25) return [change(head, 'EditMessage', post, { msg: `edit ${newId()}` })]
    if (dice < 0.45) return deletion(head, post)
    if (dice < 0.6) return [reply(head, post)]
    const on = random.pick([{}, { on: true }, { on: false }])
    if (dice < 0.85) return [change(head, 'SetReaction', post, { reaction: random.pick(reactions), ...on })]
    return [change({ ...head, user: creator }, 'SetPin', post, on)]
  }

  return {
    note: (commands) => {
      posted.push(...commands.filter((command) => command.type === 'PostMessage'))
      posted.splice(0, posted.length - recentMost)
    },
    next: (head) => {
      if (posted.length === 0) return []
      const post = random.pick(posted)
      return changesOf(random.chance(0.7) ? { ...head, user: post.user } : head, post)
    },
  }
}
