import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { explain } from '../model/explain.ts'
import type { Outgoing } from '../model/outbox.ts'
import type { Room } from '../model/room.ts'
import { EntryRow, OutgoingRow } from './entries.tsx'
import { Icon } from './icons.tsx'
import { useScrolling } from './use-scrolling.ts'

const pageSize = 50

/** What is on its way and does not stand in the room yet; what stands there is not shown a second time. */
const onTheirWay = ({ outbox }: ChatModel, room: Room): readonly Outgoing[] => {
  const stored = new Set(room.entries.value.map((entry) => (entry.kind === 'message' ? entry.message.id : '')))
  return (outbox.value?.all.value ?? []).filter((message) => message.room === room.id && !stored.has(message.id))
}

/** Whether somebody looks at this window. */
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

const Beginning = ({
  room,
  more,
  problem,
}: {
  readonly room: Room
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
  if (room.isWhole.value) return <p class="beginning quiet">This is the beginning of the chat.</p>
  return (
    <div ref={mark} class="beginning">
      {problem === undefined ? <span class="spinner" aria-hidden="true" /> : <span class="problem">{problem}</span>}
    </div>
  )
}

/** Everything said in a room, oldest at the top; older messages come as one scrolls up. */
export const TimelineView = ({ model, room }: { readonly model: ChatModel; readonly room: Room }): JSX.Element => {
  const view = useRef<HTMLDivElement>(null)
  const [problem, setProblem] = useState<string>()
  const entries = room.entries.value
  const outgoing = onTheirWay(model, room)
  const { isAtEnd, scrolled, toEnd } = useScrolling(view, entries[0]?.seq, `${entries.at(-1)?.seq} ${outgoing.length}`)
  const isLookedAt = useIsLookedAt()
  const newest = entries.at(-1)?.seq
  const last = entries.at(-1)
  const endsWithMine = last?.kind === 'message' && last.message.user_id === model.me.value?.id
  const outbox = model.outbox.value

  useEffect(() => {
    if (isAtEnd && isLookedAt) model.markRead(room)
  }, [newest, isAtEnd, isLookedAt])

  useEffect(() => {
    model.people.want(entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.user_id] : [])))
  }, [model, entries])

  const more = (): void => {
    setProblem(undefined)
    room.loadOlder(pageSize).catch((error: unknown) => setProblem(explain(error)))
  }

  return (
    <div class="timeline">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <div ref={view} class="timeline-view" role="log" aria-label="Messages" tabIndex={0} onScroll={scrolled}>
        <Beginning room={room} more={more} problem={problem} />
        {room.isWhole.value && entries.length + outgoing.length === 0 ? <p class="hello">Say hello!</p> : null}
        <ol class="rows">
          {entries.map((entry, index) => (
            <EntryRow key={entry.seq} model={model} entry={entry} before={entries[index - 1]} />
          ))}
          {outbox === undefined
            ? null
            : outgoing.map((message, index) => (
                <OutgoingRow key={message.id} message={message} outbox={outbox} isNext={index > 0 || endsWithMine} />
              ))}
        </ol>
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
