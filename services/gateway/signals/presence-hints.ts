import type { Clock } from '../../../shared/ports/clock.ts'
import { signalChannels } from '../../../shared/records/signals.ts'
import type { SignalPublisher } from './signal-publisher.ts'

/** Publishes that the presence of a user may have changed. */
export interface PresenceHints {
  /** This gateway has begun to hold the user's channel. */
  held(user: string): void
  /** This gateway has closed its subscription to the user's channel. */
  released(user: string): void
}

/** The publisher, and whether the feature level has presence. */
export interface PresenceHintsDeps {
  readonly publisher: SignalPublisher
  readonly clock: Pick<Clock, 'after'>
  readonly isEnabled: () => boolean
}

/** After this long, the server has ended a subscription that was closed. */
const closedMs = 1_000

export const createPresenceHints = ({ publisher, clock, isEnabled }: PresenceHintsDeps): PresenceHints => {
  let released = new Set<string>()

  const publish = (user: string): void => {
    if (isEnabled()) publisher.publish(`presence ${user}`, signalChannels.user(user), { presence: 'changed' })
  }

  const publishReleased = (): void => {
    const users = released
    released = new Set()
    for (const user of users) publish(user)
  }

  return {
    held: publish,
    released: (user) => {
      if (released.size === 0) clock.after(closedMs, publishReleased)
      released.add(user)
    },
  }
}
