import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { EntryBlock } from '../model/blocks.ts'
import { blocksOf } from '../model/blocks.ts'
import { explain } from '../model/explain.ts'
import type { MessageView } from '../model/message-view.ts'
import type { ViewedRoom } from '../model/room.ts'
import { MessageBlock } from './block.tsx'
import { OutgoingRow } from './entries.tsx'
import { Icon } from './icons.tsx'
import { useJump } from './use-jump.ts'
import { useScrolling } from './use-scrolling.ts'

const pageSize = 50

/** Whether this window is visible. */
const useIsLookedAt = (): boolean => {
  const look = (): boolean => document.visibilityState === 'visible'
  const [isLookedAt, setLookedAt] = useState(look)
  useEffect(() => {
    const changed = (): void => setLookedAt(look())
    document.addEventListener('visibilitychange', changed)
    return () => document.removeEventListener('visibilitychange', changed)
  }, [])
  return isLookedAt
}

/** The seq of the first message of another user that was unread when the chat was opened. */
const useFirstNew = ({ model: { me }, room }: MessageView): number | undefined => {
  const opened = useRef({ readUpTo: room.readUpTo.peek(), hadUnread: room.unread.peek() > 0 })
  const { readUpTo, hadUnread } = opened.current
  if (!hadUnread) return undefined
  return room.entries.value.find(
    ({ seq, ...entry }) => seq > readUpTo && entry.kind === 'message' && entry.message.user_id !== me.value?.id,
  )?.seq
}

const inBlock = ({ entries }: EntryBlock, seq: number | undefined): number | undefined =>
  seq !== undefined && entries.some((entry) => entry.seq === seq) ? seq : undefined

/** Distance of the probed point from the lower edge: inside the last row that is mostly in view. */
const probePx = 8

/** The seq of the last row in view. */
const lastVisibleSeq = (view: HTMLElement): number | undefined => {
  const { left, width, bottom } = view.getBoundingClientRect()
  const row = document.elementFromPoint(left + width / 2, bottom - probePx)?.closest<HTMLElement>('[data-seq]')
  return row === null || row === undefined ? undefined : Number(row.dataset.seq)
}

const Beginning = ({
  room,
  more,
  problem,
}: {
  readonly room: ViewedRoom
  readonly more: () => void
  readonly problem: string | undefined
}): JSX.Element => {
  const mark = useRef<HTMLDivElement>(null)
  const count = room.entries.value.length
  useEffect(() => {
    const element = mark.current
    if (element === null) return
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && more(), { rootMargin: '400px' })
    observer.observe(element)
    return () => observer.disconnect()
  }, [count, room.isLoading.value])
  if (room.isComplete.value) return <p class="beginning quiet">This is the beginning of the chat.</p>
  return (
    <div ref={mark} class="beginning">
      {problem === undefined ? <span class="spinner" aria-hidden="true" /> : <span class="problem">{problem}</span>}
    </div>
  )
}

/** A room's messages, oldest at the top; scrolling up loads older ones. */
export const TimelineView = ({ view: messageView }: { readonly view: MessageView }): JSX.Element => {
  const { model, room } = messageView
  const view = useRef<HTMLDivElement>(null)
  const [problem, setProblem] = useState<string>()
  const entries = room.entries.value
  const outgoing = messageView.outgoing()
  const { isAtEnd, isAtEndNow, scrolled, toEnd } = useScrolling(
    view,
    entries[0]?.seq,
    `${entries.at(-1)?.seq} ${outgoing.length}`,
  )
  useJump(view, messageView)
  const isLookedAt = useIsLookedAt()
  const newest = entries.at(-1)?.seq
  const last = entries.at(-1)
  const endsWithMine = last?.kind === 'message' && last.message.user_id === model.me.value?.id
  const outgoingMessages = model.outgoingMessages.value

  const firstNew = useFirstNew(messageView)

  const markSeen = (): void => {
    const seen = view.current === null ? undefined : lastVisibleSeq(view.current)
    if (isLookedAt && seen !== undefined) model.markRead(room, seen)
  }

  useEffect(() => {
    if (isAtEndNow() && isLookedAt && newest !== undefined) model.markRead(room, newest)
    else markSeen()
  }, [newest, isAtEnd, isLookedAt])

  useEffect(() => {
    if (outgoing.length > 0) toEnd()
  }, [outgoing.at(-1)?.id])

  const moved = (): void => {
    scrolled()
    markSeen()
  }

  const more = (): void => {
    setProblem(undefined)
    room.loadOlder(pageSize).catch((error: unknown) => setProblem(explain(error)))
  }

  return (
    <div class="timeline">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard */}
      <div ref={view} class="timeline-view" role="log" aria-label="Messages" tabIndex={0} onScroll={moved}>
        <Beginning room={room} more={more} problem={problem} />
        {room.isComplete.value && entries.length + outgoing.length === 0 ? <p class="hello">Say hello!</p> : null}
        <div class="all-rows">
          {blocksOf(entries).map((block) => (
            <MessageBlock
              key={block.key}
              view={messageView}
              entries={block.entries}
              before={block.before}
              firstNew={inBlock(block, firstNew)}
            />
          ))}
          <ol class="rows">
            {outgoingMessages === undefined
              ? null
              : outgoing.map((message, index) => (
                  <OutgoingRow
                    key={message.id}
                    view={messageView}
                    message={message}
                    outgoingMessages={outgoingMessages}
                    isNext={index > 0 || endsWithMine}
                  />
                ))}
          </ol>
        </div>
      </div>
      {isAtEnd ? null : (
        <button type="button" class="to-end" onClick={toEnd}>
          <Icon name="down" />
          {room.unread.value > 0 ? `${room.unread.value} new` : 'Newest'}
        </button>
      )}
    </div>
  )
}
