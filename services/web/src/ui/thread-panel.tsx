import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { MessageView } from '../model/message-view.ts'
import { createMessageView } from '../model/message-view.ts'
import type { Thread } from '../model/thread.ts'
import { createThread } from '../model/thread.ts'
import type { ThreadRoot } from '../model/thread-root.ts'
import { createThreadRoot } from '../model/thread-root.ts'
import type { MessageEntry } from '../model/timeline.ts'
import { messageEntry } from '../model/timeline.ts'
import { ActionProblem } from './action-problem.tsx'
import { Composer } from './composer.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { EntryRow, OutgoingRow } from './entries.tsx'
import { Icon } from './icons.tsx'
import { MessageMenu } from './message-menu.tsx'
import { MessageRow } from './message-row.tsx'
import { Problem } from './problem.tsx'
import { useFileDrop } from './use-file-drop.ts'
import { useJump } from './use-jump.ts'
import { useScrolling } from './use-scrolling.ts'
import { useTask } from './use-task.ts'

const repliesText = (count: number): string => (count === 1 ? '1 reply' : `${count} replies`)

const Root = ({ view, root }: { readonly view: MessageView; readonly root: ThreadRoot }): JSX.Element => {
  useEffect(root.follow, [root])
  const message = root.message.value
  if (message === undefined) return <p class="quiet">…</p>
  const entry: MessageEntry = messageEntry(message)
  return (
    <>
      <ol class="thread-root" aria-label="First message of the thread">
        <MessageRow view={view} entry={entry} isNext={false} />
      </ol>
      {message.replies === undefined ? null : <p class="quiet thread-count">{repliesText(message.replies.count)}</p>}
    </>
  )
}

interface RepliesProps {
  readonly view: MessageView
  readonly thread: Thread
  readonly root: ThreadRoot
}

const Replies = ({ view, thread, root }: RepliesProps): JSX.Element => {
  const element = useRef<HTMLDivElement>(null)
  const { isBusy, problem, run } = useTask()
  const entries = thread.entries.value
  const { model } = view
  const outgoing = view.outgoing()
  const { scrolled, toEnd } = useScrolling(element, entries[0]?.seq, `${entries.at(-1)?.seq} ${outgoing.length}`)
  useJump(element, view)
  useEffect(() => run(thread.open), [])
  useEffect(() => {
    if (outgoing.length > 0) toEnd()
  }, [outgoing.at(-1)?.id])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <div ref={element} class="thread-view" role="log" aria-label="Replies" tabIndex={0} onScroll={scrolled}>
      <Root view={view} root={root} />
      <Problem text={problem} />
      {thread.hasOlder.value && !(isBusy && entries.length === 0) ? (
        <button type="button" class="button small" disabled={isBusy} onClick={() => run(thread.loadOlder)}>
          Earlier replies
        </button>
      ) : null}
      <ol class="all-rows">
        {entries.map((entry, index) => (
          <EntryRow key={entry.seq} view={view} entry={entry} before={entries[index - 1]} isFirstNew={false} />
        ))}
        {outgoing.map((message) =>
          model.outgoingMessages.value === undefined ? null : (
            <OutgoingRow
              key={message.id}
              view={view}
              message={message}
              outgoingMessages={model.outgoingMessages.value}
              isNext={false}
            />
          ),
        )}
      </ol>
    </div>
  )
}

interface ThreadPanelProps {
  /** The view of the whole chat. */
  readonly outer: MessageView
  /** The id of the root message. */
  readonly root: string
}

/** One thread beside the chat, with a composer of its own. On a phone it covers the chat. */
export const ThreadPanel = ({ outer, root }: ThreadPanelProps): JSX.Element => {
  const { model, room } = outer
  const [thread, view, first] = useMemo(() => {
    const made = createThread({ room: room.id, root, client: model.client, people: model.people })
    const inner = createMessageView(model, room, { thread: made, outer })
    return [made, inner, createThreadRoot(room, root, model.client)] as const
  }, [root])
  useEffect(thread.follow, [thread])
  const close = (): void => {
    outer.thread.value = undefined
  }
  const { isOver, ...drop } = useFileDrop(view.uploads())
  const pressed = (event: KeyboardEvent): void => {
    const isOfDialog = (event.target as Element).closest('dialog') !== null
    if (event.key === 'Escape' && !event.defaultPrevented && !isOfDialog) close()
  }
  return (
    <aside class="thread" aria-label="Thread" data-drop={isOver} onKeyDown={pressed} {...drop}>
      <header class="bar">
        <h2>Thread</h2>
        <button type="button" class="icon-button" aria-label="Close the thread" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Replies view={view} thread={thread} root={first} />
      <ActionProblem view={view} />
      {room.hasLeft.value ? null : <Composer view={view} label="Reply in the thread" placeholder="Reply in the thread" />}
      <MessageMenu view={view} />
      <DeleteDialog view={view} />
    </aside>
  )
}
