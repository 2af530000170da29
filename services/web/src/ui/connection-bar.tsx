import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ConnectionState } from '../../../../shared/client/chat-events.ts'
import type { ChatModel } from '../model/chat-model.ts'

/** The seconds until the next attempt. */
const useSecondsLeft = (state: ConnectionState): number => {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    if (state.state !== 'offline') return
    const dueAt = performance.now() + state.retryInMs
    const show = (): void => setLeft(Math.max(0, Math.ceil((dueAt - performance.now()) / 1_000)))
    show()
    const timer = setInterval(show, 500)
    return () => clearInterval(timer)
  }, [state])
  return left
}

const waitingText = (count: number): string => {
  if (count === 0) return 'Messages that you write are sent when it is back.'
  return count === 1 ? '1 message is sent when it is back.' : `${count} messages are sent when it is back.`
}

interface OfflineProps {
  readonly seconds: number
  /** The number of messages that wait for the connection. */
  readonly waiting: number
  readonly wake: () => void
}

const Offline = ({ seconds, waiting, wake }: OfflineProps): JSX.Element => (
  <>
    <span class="spinner" aria-hidden="true" />
    <span>No connection. {waitingText(waiting)}</span>
    <span class="quiet only-wide" aria-hidden="true">
      {seconds > 0 ? `Trying again in ${seconds} s` : 'Trying again'}
    </span>
    <button type="button" class="button small" onClick={wake}>
      Try now
    </button>
  </>
)

/** Whether the connection waits for a token from the user. */
const isTokenMissing = ({ tokens }: ChatModel): boolean =>
  tokens !== undefined && ['ended', 'refused'].includes(tokens.wanted.value ?? '')

/** The state to show. The browser notices a lost network before the client does. */
const shownState = ({ state, hasNetwork }: ChatModel): ConnectionState['state'] =>
  hasNetwork.value ? state.value.state : 'offline'

/** Shows that there is no connection; empty while there is one. */
export const ConnectionBar = ({ model }: { readonly model: ChatModel }): JSX.Element | null => {
  const state = model.state.value
  const seconds = useSecondsLeft(state)
  const shown = shownState(model)
  const wasOnline = model.me.value !== undefined
  if (isTokenMissing(model)) return null
  return (
    <div class="connection" role="status" aria-label="Connection" data-state={shown}>
      {shown === 'connecting' ? (
        <>
          <span class="spinner" aria-hidden="true" />
          <span>{wasOnline ? 'Reconnecting…' : 'Connecting…'}</span>
        </>
      ) : null}
      {shown === 'offline' ? (
        <Offline seconds={seconds} waiting={model.outgoingMessages.value?.waiting ?? 0} wake={model.client.wake} />
      ) : null}
    </div>
  )
}
