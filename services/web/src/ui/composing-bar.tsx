import type { JSX } from 'preact'
import type { MessageView } from '../model/message-view.ts'
import { Icon } from './icons.tsx'
import { quotedText } from './quoted-text.ts'

/** Above the composer: the message that is edited or answered. */
export const ComposingBar = ({
  view,
  cancel,
}: {
  readonly view: MessageView
  readonly cancel: () => void
}): JSX.Element | null => {
  const composing = view.composing.value
  if (composing === undefined) return null
  const { kind } = composing
  const message = view.room.quoted.of(composing.message.id) ?? composing.message
  const isEdit = kind === 'edit'
  const name = view.isOwn(composing.message) ? 'yourself' : view.model.people.nameOf(message.user_id)
  return (
    <div class="composing">
      <Icon name={isEdit ? 'edit' : 'reply'} />
      <p class="composing-text">
        <strong>
          {isEdit ? (
            composing.saving === undefined ? (
              'Edit the message'
            ) : (
              'Saving…'
            )
          ) : (
            <>
              Reply to <bdi>{name}</bdi>
            </>
          )}
        </strong>
        <bdi>{quotedText(message)}</bdi>
      </p>
      <button type="button" class="icon-button" aria-label={isEdit ? 'Cancel the edit' : 'Cancel the reply'} onClick={cancel}>
        <Icon name="close" />
      </button>
      {isEdit && composing.problem !== undefined ? (
        <p class="problem" role="alert">
          {composing.problem}
        </p>
      ) : null}
    </div>
  )
}
