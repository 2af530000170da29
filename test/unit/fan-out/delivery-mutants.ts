import type { Publication } from '../../../shared/ports/fan-out.ts'
import type { Hear, Mutant, Publish } from './fan-out-mutant.ts'
import { publishing, soon } from './fan-out-mutant.ts'

const eachPayload =
  (change: (payload: string) => string) =>
  (publish: Publish): Publish =>
  (items) =>
    publish(items.map(({ channel, payload }) => ({ channel, payload: change(payload) })))

export const deliveryMutants: readonly Mutant[] = [
  publishing('loses the last of a call', 'to the byte', (publish) => (items) => publish(items.slice(0, -1))),
  publishing('repeats what it publishes', 'to the byte', (publish) => (items) => publish([...items, ...items])),
  publishing(
    'trims payloads',
    'to the byte',
    eachPayload((payload) => payload.trim()),
  ),
  publishing(
    'cuts what is long',
    'to the byte',
    eachPayload((payload) => payload.slice(0, 65_536)),
  ),
  publishing('turns a call around', "publisher's order", (publish) => (items) => publish(items.toReversed())),
  publishing('lets a call overtake an earlier one', "publisher's order", (publish) => {
    let calls = 0
    return async (items) => {
      calls += 1
      if (calls % 2 === 1) await new Promise<void>(soon)
      await publish(items)
    }
  }),
  publishing('mixes up the topics of a call', 'own listeners only', (publish) => (items) => {
    const channel = items[0]?.channel ?? ''
    return publish(items.map(({ payload }): Publication => ({ channel: channel, payload })))
  }),
  publishing('refuses a call with nothing in it', 'none at all', (publish) => async (items) => {
    if (items.length === 0) throw new Error('nothing to publish')
    await publish(items)
  }),
  {
    title: 'delivers before it returns',
    breaks: 'from inside publish',
    apply: (fanOut) => {
      const hears = new Map<string, Hear>()
      return {
        ...fanOut,
        publish: async (items) => {
          for (const { channel, payload } of items) hears.get(channel)?.(Buffer.from(payload))
        },
        subscribe: (channel, hear) => {
          hears.set(channel, hear)
          return fanOut.subscribe(channel, hear)
        },
      }
    },
  },
  {
    title: 'starts by telling that it was restored',
    breaks: 'calls nobody restored',
    apply: (fanOut) => ({
      ...fanOut,
      onRestored: (listener) => {
        soon(listener)
        return () => {}
      },
    }),
  },
  { title: 'is down', breaks: 'is up', apply: (fanOut) => ({ ...fanOut, state: 'down' }) },
  { title: 'publishes after its close', breaks: 'once it is closed', apply: (fanOut) => ({ ...fanOut, close: async () => {} }) },
  {
    title: 'delivers after its close what was under way',
    breaks: 'calls nobody once it is closed',
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
    title: 'refuses a second close',
    breaks: 'twice if need be',
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
