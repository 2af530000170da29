import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import { channels } from '../../../shared/records/publications.ts'
import { inParts } from '../../../shared/runtime/async/in-parts.ts'
import type { Presence } from './session-watch.ts'

/**
 * Whether users are online, without storage: a user is online while a gateway
 * holds the user's channel, which it does until some time after the last session.
 *
 * Promises:  `ask` gives `onKnown` the presence of each user, null while the
 *            fan-out is down. All watched users are asked again at least every
 *            `askMs`, and after a reconnect of the fan-out.
 */
export interface PresenceQuestions {
  ask(users: readonly string[]): Promise<void>
  /** The presence of the user may have changed: it is asked soon, together with others. */
  hint(user: string): void
  start(): void
  stop(): void
}

/** The fan-out, the watched users, and the times of the questions. */
export interface PresenceDeps {
  readonly fanOut: Pick<FanOut, 'listeners' | 'onRestored'>
  readonly clock: Pick<Clock, 'after'>
  readonly watched: () => Iterable<string>
  readonly onKnown: (user: string, online: Presence) => void
  readonly askMs: number
}

/** Users of one question. */
const askedAtOnce = 200
/** The pause in which hints accumulate. */
const hintMs = 50

export const createPresenceQuestions = ({ fanOut, clock, watched, onKnown, askMs }: PresenceDeps): PresenceQuestions => {
  let hinted = new Set<string>()
  let round: Timer | undefined
  let isStopped = false
  let stopListening = (): void => undefined

  const askSome = async (users: readonly string[]): Promise<void> => {
    let counts: readonly number[] | undefined
    try {
      counts = await fanOut.listeners(users.map(channels.user))
    } catch {
      counts = undefined
    }
    for (const [index, user] of users.entries()) onKnown(user, counts === undefined ? null : (counts[index] ?? 0) > 0)
  }

  /** The questions about many users are asked one after another. */
  const ask = async (users: readonly string[]): Promise<void> => {
    for (const some of inParts(users, () => 1, askedAtOnce)) if (!isStopped) await askSome(some)
  }

  const askHinted = (): void => {
    const users = [...hinted]
    hinted = new Set()
    void ask(users)
  }

  const askAll = async (): Promise<void> => {
    round?.cancel()
    round = undefined
    await ask([...watched()])
    if (!isStopped && round === undefined) round = clock.after(askMs, () => void askAll())
  }

  return {
    ask,
    hint: (user) => {
      if (hinted.size === 0) clock.after(hintMs, askHinted)
      hinted.add(user)
    },
    start: () => {
      stopListening = fanOut.onRestored(() => void askAll())
      round = clock.after(askMs, () => void askAll())
    },
    stop: () => {
      isStopped = true
      round?.cancel()
      stopListening()
    },
  }
}
