import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import type { ViewedRoom } from '../model/room.ts'

/** Users who are named; more are counted. */
const named = 2

const textOf = (names: readonly string[]): readonly [who: string, verb: string] => {
  if (names.length === 1) return [names[0] ?? '', ' is typing…']
  if (names.length === named) return [names.join(' and '), ' are typing…']
  return [`${names.length} people`, ' are typing…']
}

/** Who is typing in a chat; null if nobody is. */
export const TypingLine = ({ model, room }: { readonly model: ChatModel; readonly room: ViewedRoom }): JSX.Element | null => {
  const users = model.watching.typingIn(room.id)
  if (users.length === 0) return null
  const [who, verb] = textOf(users.map((user) => model.people.nameOf(user)))
  return (
    <span class="typing">
      <bdi>{who}</bdi>
      {verb}
    </span>
  )
}
