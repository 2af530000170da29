import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { FoundMessage } from '../../../../shared/client/call-types.ts'
import type { ChatModel } from '../model/chat-model.ts'
import { titleOf } from '../model/chat-title.ts'
import { excerptOf } from '../model/excerpt.ts'
import { goTo } from '../model/route.ts'
import { createSearch } from '../model/search.ts'
import { Dialog } from './dialog.tsx'
import { foundMessage } from './found-message.ts'
import { Problem } from './problem.tsx'
import { shortTime, wholeTime } from './times.ts'
import { useTask } from './use-task.ts'

const mostChars = 200

interface ResultProps {
  readonly model: ChatModel
  readonly message: FoundMessage
  readonly open: () => void
}

const Result = ({ model, message, open }: ResultProps): JSX.Element => {
  const room = model.room(message.room)
  return (
    <li>
      <button type="button" class="result" onClick={open}>
        <span class="pin-head">
          <bdi>{message.user_id === model.me.value?.id ? 'You' : model.people.nameOf(message.user_id)}</bdi>
          <bdi class="quiet">{room === undefined ? '' : titleOf(model, room)}</bdi>
          <time class="quiet" dateTime={message.created_at} title={wholeTime(message.created_at)}>
            {shortTime(message.created_at)}
          </time>
        </span>
        <span class="pin-text" dir="auto">
          {excerptOf(message.msg, message.matches).map(({ text, isMarked }, index) =>
            isMarked ? <mark key={index}>{text}</mark> : text,
          )}
        </span>
      </button>
    </li>
  )
}

const summaryOf = (count: number, hasMore: boolean): string => {
  if (count === 0) return 'No message has all of these words.'
  return `${hasMore ? 'The newest ' : ''}${count} ${count === 1 ? 'message' : 'messages'}`
}

/** Searches the messages of all chats. A result opens its chat at the message. */
export const SearchDialog = ({ model, close }: { readonly model: ChatModel; readonly close: () => void }): JSX.Element => {
  const search = useMemo(() => createSearch(model.client, model.people), [model])
  const [text, setText] = useState('')
  const { isBusy, problem, run } = useTask()
  const results = search.results.value
  const submit = (event: Event): void => {
    event.preventDefault()
    if (text.trim() !== '') run((abort) => search.start(text.trim(), abort))
  }
  const open = ({ room, id }: FoundMessage): void => {
    foundMessage.value = { room, id }
    close()
    goTo({ view: 'chat', room })
  }
  return (
    <Dialog title="Search" close={close}>
      <form class="dialog-body" onSubmit={submit}>
        <label class="field">
          <span class="field-label">Words of a message</span>
          <input
            type="search"
            dir="auto"
            maxLength={mostChars}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit" class="button primary" disabled={isBusy}>
          Search
        </button>
        <Problem text={problem} />
        <p class="quiet" role="status">
          {results === undefined ? '' : summaryOf(results.length, search.hasMore.value)}
        </p>
        <ul class="results" aria-label="Found messages">
          {results?.map((message) => (
            <Result key={message.id} model={model} message={message} open={() => open(message)} />
          ))}
        </ul>
        {search.hasMore.value ? (
          <button type="button" class="button small" disabled={isBusy} onClick={() => run(search.more)}>
            More results
          </button>
        ) : null}
      </form>
    </Dialog>
  )
}
