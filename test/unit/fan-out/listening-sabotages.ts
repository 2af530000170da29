import type { Hear, Sabotage } from './sabotage.ts'
import { soon, subscribing } from './sabotage.ts'

const never = new Promise<void>(() => {})

export const listeningSabotages: readonly Sabotage[] = [
  subscribing('is ready before it hears', 'once a subscription is ready', (subscribe) => (topic, hear) => {
    let close = (): void => {}
    setTimeout(() => {
      close = subscribe(topic, hear).close
    }, 20)
    return { ready: Promise.resolve(), close: () => close() }
  }),
  subscribing('is ready for the first listener of a topic only', 'that joins others', (subscribe) => {
    const known = new Set<string>()
    return (topic, hear) => {
      const { ready, close } = subscribe(topic, hear)
      const isFirst = !known.has(topic)
      known.add(topic)
      return { ready: isFirst ? ready : never, close }
    }
  }),
  subscribing('keeps one listener a topic', 'every listener of a topic', (subscribe) => {
    const places = new Map<string, () => void>()
    return (topic, hear) => {
      places.get(topic)?.()
      const subscription = subscribe(topic, hear)
      places.set(topic, subscription.close)
      return subscription
    }
  }),
  subscribing('knows a function once', 'twice to one', (subscribe) => {
    const known = new Set<Hear>()
    return (topic, hear) => {
      const isKnown = known.has(hear)
      known.add(hear)
      return subscribe(topic, isKnown ? () => {} : hear)
    }
  }),
  subscribing('goes on calling who has left', 'whose subscription is closed', (subscribe) => (topic, hear) => ({
    ready: subscribe(topic, hear).ready,
    close: () => {},
  })),
  subscribing('closes the topic for all when one leaves', 'and calls the others', (subscribe) => {
    const places = new Map<string, (() => void)[]>()
    return (topic, hear) => {
      const { ready, close } = subscribe(topic, hear)
      const all = places.get(topic) ?? []
      places.set(topic, all)
      all.push(close)
      return { ready, close: () => void all.map((each) => each()) }
    }
  }),
  subscribing('takes a second close for that of another', 'and calls the others', (subscribe) => {
    const places = new Map<string, Set<() => void>>()
    return (topic, hear) => {
      const { ready, close } = subscribe(topic, hear)
      const all = places.get(topic) ?? new Set()
      places.set(topic, all.add(close))
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
    return (topic, hear) => {
      const { ready, close } = subscribe(topic, gone.has(topic) ? () => {} : hear)
      return {
        ready,
        close: () => {
          gone.add(topic)
          close()
        },
      }
    }
  }),
  subscribing('lets go of a topic that was taken again', 'in one breath', (subscribe) => {
    let lettingGo: string | undefined
    return (topic, hear) => {
      const { ready, close } = subscribe(topic, topic === lettingGo ? () => {} : hear)
      return {
        ready,
        close: () => {
          lettingGo = topic
          soon(() => {
            lettingGo = undefined
          })
          close()
        },
      }
    }
  }),
  subscribing('drops a listener that throws', 'keeps a listener that throws', (subscribe) => (topic, hear) => {
    const { ready, close } = subscribe(topic, (payload) => {
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
    (subscribe) => (topic, hear) =>
      subscribe(topic, (payload) => {
        try {
          hear(payload)
        } catch {}
      }),
  ),
  subscribing(
    'hands a publication on later',
    'another one closed in the middle',
    (subscribe) => (topic, hear) => subscribe(topic, (payload) => soon(() => hear(payload))),
  ),
  subscribing('gives a new listener what is being delivered', 'from the next publication on', (subscribe) => {
    let current: { topic: string; payload: Buffer } | undefined
    return (topic, hear) => {
      if (current?.topic === topic) hear(current.payload)
      return subscribe(topic, (payload) => {
        current = { topic, payload }
        hear(payload)
        current = undefined
      })
    }
  }),
]
