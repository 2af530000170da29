import { useComputed } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { MessageView } from '../model/message-view.ts'
import { quotedText } from './quoted-text.ts'

interface QuoteProps {
  readonly view: MessageView
  /** The id of the quoted message. */
  readonly id: string
}

/** The quoted message above a reply, as it is now. A click scrolls to it. */
export const Quote = ({ view, id }: QuoteProps): JSX.Element => {
  const quoted = useComputed(() => view.room.quoted.of(id)).value
  useEffect(() => view.room.quoted.request(id), [id])
  const name = quoted === undefined ? '' : view.isOwn(quoted) ? 'You' : view.model.people.nameOf(quoted.user_id)
  return (
    <button type="button" class="quote" onClick={() => view.jumpTo(id)}>
      <span class="unseen">In reply to </span>
      <bdi class="quote-name">{name}</bdi>
      <bdi class="quote-text" data-deleted={quoted?.deleted}>
        {quoted === undefined ? 'An earlier message' : quotedText(quoted)}
      </bdi>
    </button>
  )
}
