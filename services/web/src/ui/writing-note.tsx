import type { JSX } from 'preact'
import { neededFor } from '../../../../shared/domain/rules.ts'
import type { MessageView } from '../model/message-view.ts'
import { roleTexts } from '../model/role-names.ts'
import { shortTime, wholeTime } from './times.ts'

/** In the place of the composer, for a user who may not post: the reason, and the end if there is one. */
export const WritingNote = ({ view }: { readonly view: MessageView }): JSX.Element => {
  const { own, rules } = view.room.rights
  const { role, until } = own.value
  if (until !== undefined) {
    return (
      <p class="writing-note" role="status">
        You are muted until{' '}
        <time dateTime={until} title={wholeTime(until)}>
          {shortTime(until)}
        </time>
        . You can read this chat meanwhile.
      </p>
    )
  }
  const action = view.room.rights.may('post') ? 'thread' : 'post'
  return (
    <p class="writing-note" role="status">
      {role === 'reader'
        ? 'You are a reader of this chat: you cannot write in it.'
        : `${roleTexts[neededFor(action, rules.value)].atLeast} can write here. You can read.`}
    </p>
  )
}
