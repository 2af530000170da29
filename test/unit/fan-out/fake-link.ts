import type { RedisLink } from '../../../infra/redis/redis-link.ts'

/** The part of a link that subscriptions use; the test triggers its answers. */
export interface FakeLink extends Pick<RedisLink, 'subscribe' | 'unsubscribe'> {
  readonly commands: readonly (readonly string[])[]
  /** What a server would have after all of them. */
  readonly held: ReadonlySet<string>
  /** Those whose subscription was answered and not given up since. */
  readonly received: ReadonlySet<string>
  /** Commands that a server would have had no use for. */
  readonly needless: readonly string[]
  /** Answers all that was asked so far. */
  answer(): void
  refuse(error: Error): void
}

export const fakeLink = (): FakeLink => {
  const commands: string[][] = []
  const held = new Set<string>()
  const received = new Set<string>()
  const needless: string[] = []
  let waiting: PromiseWithResolvers<void>[] = []

  const ask = (command: string, channels: readonly string[]): Promise<void> => {
    commands.push([command, ...channels])
    const answer = Promise.withResolvers<void>()
    waiting.push(answer)
    return answer.promise
  }
  const settle = (how: (answer: PromiseWithResolvers<void>) => void): void => {
    const all = waiting
    waiting = []
    for (const answer of all) how(answer)
  }

  return {
    commands,
    held,
    received,
    needless,
    subscribe: async (channels) => {
      needless.push(...channels.filter((channel) => held.has(channel)))
      for (const channel of channels) held.add(channel)
      await ask('subscribe', channels)
      for (const channel of channels) if (held.has(channel)) received.add(channel)
    },
    unsubscribe: async (channels) => {
      needless.push(...channels.filter((channel) => !held.delete(channel)))
      for (const channel of channels) received.delete(channel)
      await ask('unsubscribe', channels)
    },
    answer: () => settle(({ resolve }) => resolve()),
    refuse: (error) => settle(({ reject }) => reject(error)),
  }
}
