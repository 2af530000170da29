import type { Load } from '../../support/load/load.ts'

/** Typing beside the messages of a load. */
export interface Typing {
  /** Every user watches its rooms; this many users type, each every three seconds, until `stop`. Resolves when all watch. */
  start(typists: number): Promise<void>
  /** Resolves with the number of signals that the service sent, and of those that it dropped. */
  stop(): Promise<TypingResult>
}

export interface TypingResult {
  readonly sent: number
  readonly dropped: number
}

const everyMs = 3_000

export const createTyping = ({ devices, population, context }: Pick<Load, 'devices' | 'population' | 'context'>): Typing => {
  const places = [...population.members].flatMap(([room, users]) => users.map((user) => ({ room: context.ids.room(room), user })))
  let answers: Promise<boolean>[] = []
  let timer: NodeJS.Timeout | undefined

  const type = async ({ room, user }: (typeof places)[number]): Promise<boolean> => {
    const answer = await devices.get(user)?.ask('signal', { kind: 'typing' }, room)
    return answer?.body?.sent === true
  }

  return {
    start: async (typists) => {
      answers = []
      await Promise.all(places.map(({ room, user }) => devices.get(user)?.ask('watch', { rooms: [room] })))
      const step = Math.max(1, Math.floor(places.length / typists))
      const chosen = places.filter((_, index) => index % step === 0)
      let turn = 0
      timer = setInterval(() => {
        const next = chosen[turn % chosen.length]
        turn += 1
        if (next !== undefined) answers.push(type(next))
      }, everyMs / chosen.length)
    },
    stop: async () => {
      clearInterval(timer)
      const sent = (await Promise.all(answers)).filter(Boolean).length
      return { sent, dropped: answers.length - sent }
    },
  }
}
