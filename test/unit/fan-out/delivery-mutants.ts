import type { Publication } from '../../../shared/ports/fan-out.ts'
import type { Mutant, Publish, TestListener } from './fan-out-mutant.ts'
import { publishing, soon } from './fan-out-mutant.ts'

const eachPayload =
  (change: (payload: string) => string) =>
  (publish: Publish): Publish =>
  (items) =>
    publish(items.map(({ channel, payload }) => ({ channel, payload: change(payload) })))

export const deliveryMutants: readonly Mutant[] = [
  publishing(
    'loses the last publication of a call',
    'publications unchanged',
    (publish) => (items) => publish(items.slice(0, -1)),
  ),
  publishing('repeats publications', 'publications unchanged', (publish) => (items) => publish([...items, ...items])),
  publishing(
    'trims payloads',
    'publications unchanged',
    eachPayload((payload) => payload.trim()),
  ),
  publishing(
    'truncates long payloads',
    'publications unchanged',
    eachPayload((payload) => payload.slice(0, 65_536)),
  ),
  publishing(
    'reverses the publications of a call',
    'order of one publisher',
    (publish) => (items) => publish(items.toReversed()),
  ),
  publishing('sends a call before an earlier one', 'order of one publisher', (publish) => {
    let calls = 0
    return async (items) => {
      calls += 1
      if (calls % 2 === 1) await new Promise<void>(soon)
      await publish(items)
    }
  }),
  publishing('exchanges the channels of a call', 'own listeners only', (publish) => (items) => {
    const channel = items[0]?.channel ?? ''
    return publish(items.map(({ payload }): Publication => ({ channel: channel, payload })))
  }),
  publishing('rejects a call without publications', 'none at all', (publish) => async (items) => {
    if (items.length === 0) throw new Error('nothing to publish')
    await publish(items)
  }),
  {
    title: 'delivers before it returns',
    breaks: 'from inside publish',
    apply: (fanOut) => {
      const listeners = new Map<string, TestListener>()
      return {
        ...fanOut,
        publish: async (items) => {
          for (const { channel, payload } of items) listeners.get(channel)?.(Buffer.from(payload))
        },
        subscribe: (channel, listener) => {
          listeners.set(channel, listener)
          return fanOut.subscribe(channel, listener)
        },
      }
    },
  },
  {
    title: 'calls onRestored listeners at the start',
    breaks: 'does not call onRestored listeners',
    apply: (fanOut) => ({
      ...fanOut,
      onRestored: (listener) => {
        soon(listener)
        return () => {}
      },
    }),
  },
  { title: 'is down', breaks: 'is up', apply: (fanOut) => ({ ...fanOut, state: 'down' }) },
  {
    title: 'publishes after it was closed',
    breaks: 'once it is closed',
    apply: (fanOut) => ({ ...fanOut, close: async () => {} }),
  },
  {
    title: 'delivers pending publications after it was closed',
    breaks: 'calls no listener once it is closed',
    apply: (fanOut) => {
      let isClosed = false
      return {
        ...fanOut,
        publish: async (items) => {
          if (isClosed) throw new Error('the fan-out is closed')
          await fanOut.publish(items)
        },
        close: async () => {
          isClosed = true
        },
      }
    },
  },
  {
    title: 'rejects a second close',
    breaks: 'even twice',
    apply: (fanOut) => {
      let closes = 0
      return {
        ...fanOut,
        close: async () => {
          closes += 1
          if (closes > 1) throw new Error('it is closed already')
          await fanOut.close()
        },
      }
    },
  },
]
