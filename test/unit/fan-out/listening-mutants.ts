import type { Hear, Mutant } from './fan-out-mutant.ts'
import { soon, subscribing } from './fan-out-mutant.ts'

const never = new Promise<void>(() => {})

export const listeningMutants: readonly Mutant[] = [
  subscribing('is ready before it hears', 'once a subscription is ready', (subscribe) => (channel, hear) => {
    let close = (): void => {}
    setTimeout(() => {
      close = subscribe(channel, hear).close
    }, 20)
    return { ready: Promise.resolve(), close: () => close() }
  }),
  subscribing('is ready for the first listener of a topic only', 'that joins others', (subscribe) => {
    const known = new Set<string>()
    return (channel, hear) => {
      const { ready, close } = subscribe(channel, hear)
      const isFirst = !known.has(channel)
      known.add(channel)
      return { ready: isFirst ? ready : never, close }
    }
  }),
  subscribing('keeps one listener a topic', 'every listener of a topic', (subscribe) => {
    const places = new Map<string, () => void>()
    return (channel, hear) => {
      places.get(channel)?.()
      const subscription = subscribe(channel, hear)
      places.set(channel, subscription.close)
      return subscription
    }
  }),
  subscribing('knows a function once', 'twice to one', (subscribe) => {
    const known = new Set<Hear>()
    return (channel, hear) => {
      const isKnown = known.has(hear)
      known.add(hear)
      return subscribe(channel, isKnown ? () => {} : hear)
    }
  }),
  subscribing('goes on calling who has left', 'whose subscription is closed', (subscribe) => (channel, hear) => ({
    ready: subscribe(channel, hear).ready,
    close: () => {},
  })),
  subscribing('closes the topic for all when one leaves', 'and calls the others', (subscribe) => {
    const places = new Map<string, (() => void)[]>()
    return (channel, hear) => {
      const { ready, close } = subscribe(channel, hear)
      const all = places.get(channel) ?? []
      places.set(channel, all)
      all.push(close)
      return { ready, close: () => void all.map((each) => each()) }
    }
  }),
  subscribing('takes a second close for that of another', 'and calls the others', (subscribe) => {
    const places = new Map<string, Set<() => void>>()
    return (channel, hear) => {
      const { ready, close } = subscribe(channel, hear)
      const all = places.get(channel) ?? new Set()
      places.set(channel, all.add(close))
      return {
        ready,
        close: () => {
          if (all.delete(close)) close()
          else for (const each of all) each()
        },
      }
    }
  }),
  subscribing('is deaf to a topic that was let go', 'each time that it was let go', (subscribe) => {
    const gone = new Set<string>()
    return (channel, hear) => {
      const { ready, close } = subscribe(channel, gone.has(channel) ? () => {} : hear)
      return {
        ready,
        close: () => {
          gone.add(channel)
          close()
        },
      }
    }
  }),
  subscribing('lets go of a topic that was taken again', 'in one breath', (subscribe) => {
    let lettingGo: string | undefined
    return (channel, hear) => {
      const { ready, close } = subscribe(channel, channel === lettingGo ? () => {} : hear)
      return {
        ready,
        close: () => {
          lettingGo = channel
          soon(() => {
            lettingGo = undefined
          })
          close()
        },
      }
    }
  }),
  subscribing('drops a listener that throws', 'keeps a listener that throws', (subscribe) => (channel, hear) => {
    const { ready, close } = subscribe(channel, (payload) => {
      try {
        hear(payload)
      } catch (error) {
        close()
        throw error
      }
    })
    return { ready, close }
  }),
  subscribing(
    'says nothing of what a listener throws',
    'logs it without its message',
    (subscribe) => (channel, hear) =>
      subscribe(channel, (payload) => {
        try {
          hear(payload)
        } catch {}
      }),
  ),
  subscribing(
    'hands a publication on later',
    'another one closed in the middle',
    (subscribe) => (channel, hear) => subscribe(channel, (payload) => soon(() => hear(payload))),
  ),
  subscribing('gives a new listener what is being delivered', 'from the next publication on', (subscribe) => {
    let current: { channel: string; payload: Buffer } | undefined
    return (channel, hear) => {
      if (current?.channel === channel) hear(current.payload)
      return subscribe(channel, (payload) => {
        current = { channel, payload }
        hear(payload)
        current = undefined
      })
    }
  }),
]
