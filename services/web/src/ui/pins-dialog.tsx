import type { JSX } from 'preact'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { MessageView } from '../model/message-view.ts'
import type { Pins } from '../model/pins.ts'
import { Dialog } from './dialog.tsx'
import { shortTime, wholeTime } from './times.ts'

const shownChars = 300

interface PinProps {
  readonly view: MessageView
  readonly message: RoomMessage
  readonly close: () => void
}

const Pin = ({ view, message, close }: PinProps): JSX.Element => {
  const jump = (): void => {
    close()
    view.jumpTo(message.id)
  }
  return (
    <li class="pin">
      <p class="pin-head">
        <bdi>{view.isOwn(message) ? 'You' : view.model.people.nameOf(message.user_id)}</bdi>
        <time class="quiet" dateTime={message.created_at} title={wholeTime(message.created_at)}>
          {shortTime(message.created_at)}
        </time>
      </p>
      <p class="pin-text" dir="auto">
        {message.msg.slice(0, shownChars)}
      </p>
      <div class="pin-actions">
        <button type="button" class="button small" onClick={jump}>
          Show in the chat
        </button>
        {view.can('set-pin') && view.mayPin.value ? (
          <button type="button" class="button small" onClick={() => view.pin(message, false)}>
            Unpin
          </button>
        ) : null}
      </div>
    </li>
  )
}

/** The pinned messages of a chat. */
export const PinsDialog = ({
  view,
  pins,
  close,
}: {
  readonly view: MessageView
  readonly pins: Pins
  readonly close: () => void
}): JSX.Element => (
  <Dialog title="Pinned messages" close={close}>
    <div class="dialog-body">
      {pins.all.value.length === 0 ? <p class="quiet">No message is pinned in this chat.</p> : null}
      {view.problem.value === undefined ? null : (
        <p class="problem" role="alert">
          {view.problem.value}
        </p>
      )}
      <ul class="pins">
        {pins.all.value.map((message) => (
          <Pin key={message.id} view={view} message={message} close={close} />
        ))}
      </ul>
    </div>
  </Dialog>
)
