import type { Mutant, TestListener } from './fan-out-mutant.ts'
import { counting, soon, subscribing } from './fan-out-mutant.ts'

const never = new Promise<void>(() => {})

export const listeningMutants: readonly Mutant[] = [
  subscribing('is ready before it receives publications', 'once a subscription is ready', (subscribe) => (channel, listener) => {
    let close = (): void => {}
    setTimeout(() => {
      close = subscribe(channel, listener).close
    }, 20)
    return { ready: Promise.resolve(), close: () => close() }
  }),
  subscribing('is ready only for the first listener of a channel', 'that joins others', (subscribe) => {
    const known = new Set<string>()
    return (channel, listener) => {
      const { ready, close } = subscribe(channel, listener)
      const isFirst = !known.has(channel)
      known.add(channel)
      return { ready: isFirst ? ready : never, close }
    }
  }),
  subscribing('keeps one listener per channel', 'every listener of a channel', (subscribe) => {
    const places = new Map<string, () => void>()
    return (channel, listener) => {
      places.get(channel)?.()
      const subscription = subscribe(channel, listener)
      places.set(channel, subscription.close)
      return subscription
    }
  }),
  subscribing('keeps a function only once', 'twice to one', (subscribe) => {
    const known = new Set<TestListener>()
    return (channel, listener) => {
      const isKnown = known.has(listener)
      known.add(listener)
      return subscribe(channel, isKnown ? () => {} : listener)
    }
  }),
  subscribing('keeps calling a closed listener', 'whose subscription is closed', (subscribe) => (channel, listener) => ({
    ready: subscribe(channel, listener).ready,
    close: () => {},
  })),
  subscribing('unsubscribes from the channel when one listener is closed', 'and calls the others', (subscribe) => {
    const places = new Map<string, (() => void)[]>()
    return (channel, listener) => {
      const { ready, close } = subscribe(channel, listener)
      const all = places.get(channel) ?? []
      places.set(channel, all)
      all.push(close)
      return { ready, close: () => void all.map((each) => each()) }
    }
  }),
  subscribing('closes another listener on a second close', 'and calls the others', (subscribe) => {
    const places = new Map<string, Set<() => void>>()
    return (channel, listener) => {
      const { ready, close } = subscribe(channel, listener)
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
  subscribing('never subscribes again to a channel', 'each time that it is unsubscribed', (subscribe) => {
    const gone = new Set<string>()
    return (channel, listener) => {
      const { ready, close } = subscribe(channel, gone.has(channel) ? () => {} : listener)
      return {
        ready,
        close: () => {
          gone.add(channel)
          close()
        },
      }
    }
  }),
  subscribing('unsubscribes from a channel that was subscribed again', 'in one turn', (subscribe) => {
    let closing: string | undefined
    return (channel, listener) => {
      const { ready, close } = subscribe(channel, channel === closing ? () => {} : listener)
      return {
        ready,
        close: () => {
          closing = channel
          soon(() => {
            closing = undefined
          })
          close()
        },
      }
    }
  }),
  subscribing('drops a listener that throws', 'keeps a listener that throws', (subscribe) => (channel, listener) => {
    const { ready, close } = subscribe(channel, (payload) => {
      try {
        listener(payload)
      } catch (error) {
        close()
        throw error
      }
    })
    return { ready, close }
  }),
  subscribing(
    'does not log errors of listeners',
    'logs it without its message',
    (subscribe) => (channel, listener) =>
      subscribe(channel, (payload) => {
        try {
          listener(payload)
        } catch {}
      }),
  ),
  subscribing(
    'delivers a publication later',
    'another one closed during a delivery',
    (subscribe) => (channel, listener) => subscribe(channel, (payload) => soon(() => listener(payload))),
  ),
  counting('counts channels without a subscription', 'counts the processes', () => async (channels) => channels.map(() => 1)),
  counting('counts only the first channels', 'of a thousand channels', (listeners) => async (channels) => {
    const counts = await listeners(channels.slice(0, 200))
    return channels.map((_, index) => counts[index] ?? 0)
  }),
  subscribing('calls a new listener for the present delivery', 'from the next publication on', (subscribe) => {
    let current: { channel: string; payload: Buffer } | undefined
    return (channel, listener) => {
      if (current?.channel === channel) listener(current.payload)
      return subscribe(channel, (payload) => {
        current = { channel, payload }
        listener(payload)
        current = undefined
      })
    }
  }),
]
