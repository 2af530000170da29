import type { RedisLink } from '../../../infra/redis/redis-link.ts'

/** The part of a link that subscriptions use; the test triggers its answers. */
export interface FakeLink extends Pick<RedisLink, 'subscribe' | 'unsubscribe'> {
  readonly commands: readonly (readonly string[])[]
  /** The channels to which a server would be subscribed after all commands. */
  readonly subscribed: ReadonlySet<string>
  /** The channels whose subscription was answered, and that were not unsubscribed since. */
  readonly received: ReadonlySet<string>
  /** The channels of commands that change nothing on the server. */
  readonly needless: readonly string[]
  /** Answers all commands so far. */
  answer(): void
  refuse(error: Error): void
}

export const fakeLink = (): FakeLink => {
  const commands: string[][] = []
  const subscribed = new Set<string>()
  const received = new Set<string>()
  const needless: string[] = []
  let waiting: PromiseWithResolvers<void>[] = []

  const ask = (command: string, channels: readonly string[]): Promise<void> => {
    commands.push([command, ...channels])
    const answer = Promise.withResolvers<void>()
    waiting.push(answer)
    return answer.promise
  }
  const answerAll = (answerOne: (answer: PromiseWithResolvers<void>) => void): void => {
    const all = waiting
    waiting = []
    for (const answer of all) answerOne(answer)
  }

  return {
    commands,
    subscribed,
    received,
    needless,
    subscribe: async (channels) => {
      needless.push(...channels.filter((channel) => subscribed.has(channel)))
      for (const channel of channels) subscribed.add(channel)
      await ask('subscribe', channels)
      for (const channel of channels) if (subscribed.has(channel)) received.add(channel)
    },
    unsubscribe: async (channels) => {
      needless.push(...channels.filter((channel) => !subscribed.delete(channel)))
      for (const channel of channels) received.delete(channel)
      await ask('unsubscribe', channels)
    },
    answer: () => answerAll(({ resolve }) => resolve()),
    refuse: (error) => answerAll(({ reject }) => reject(error)),
  }
}
