import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelSubscriptions } from '../../../infra/fan-out/channel-subscriptions.ts'
import { recordingLog } from '../../support/recording-log.ts'
import type { FakeLink } from './fake-link.ts'
import { fakeLink } from './fake-link.ts'

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), channel: fc.constantFrom('a', 'b', 'c', 'd') }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('close' as const), which: fc.nat() }) },
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constantFrom('turn', 'turn', 'turn', 'answer', 'answer', 'attach', 'detach', 'refuse') }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

interface MadeSubscription {
  readonly channel: string
  /** The link at the time of the subscription. While it stays attached, only its answers make the subscription ready. */
  readonly link: FakeLink | undefined
  isReady: boolean
  close(): void
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

const start = () => {
  const subscriptions = channelSubscriptions(recordingLog())
  const links: FakeLink[] = []
  const made: MadeSubscription[] = []
  let open: MadeSubscription[] = []
  let link: FakeLink | undefined
  /** The channels whose subscription is part of the pending attachment. */
  let attaching: ReadonlySet<string> = new Set()

  const channels = (): ReadonlySet<string> => new Set(open.map(({ channel }) => channel))
  const detach = (): void => {
    link = undefined
    subscriptions.detach()
  }
  const attach = (): void => {
    detach()
    const next = fakeLink()
    link = next
    links.push(next)
    attaching = channels()
    const attached = (): void => {
      if (link === next) attaching = new Set()
    }
    subscriptions.attach(next).then(attached, () => {})
  }
  const subscribe = (channel: string): void => {
    const subscription = subscriptions.subscribe(channel, () => {})
    const entry: MadeSubscription = { channel, link, isReady: false, close: () => subscription.close() }
    void subscription.ready.then(() => {
      entry.isReady = true
    })
    made.push(entry)
    open.push(entry)
  }
  const close = (which: number): void => {
    const closed = open[which % open.length]
    open = open.filter((entry) => entry !== closed)
    closed?.close()
  }
  /** The channels whose subscription is ready although the attached link has not answered it. */
  const readyTooEarly = (): string[] => {
    const ready = open.filter((entry) => entry.isReady && link !== undefined && entry.link === link)
    return ready.map(({ channel }) => channel).filter((channel) => !link?.received.has(channel) && !attaching.has(channel))
  }

  /** Only the step `turn` ends the turn of the event loop. */
  const run = (each: Step): Promise<unknown> | undefined => {
    if (each.kind === 'turn') return turn()
    if ('channel' in each) subscribe(each.channel)
    else if ('which' in each) close(each.which)
    else if (each.kind === 'answer') link?.answer()
    else if (each.kind === 'attach') attach()
    else {
      if (each.kind === 'refuse') link?.refuse(new Error('refused'))
      detach()
    }
    return undefined
  }
  /** Lets the link answer everything, then expects the final state. */
  const expectQuiet = async (): Promise<void> => {
    for (let round = 0; round < 2; round += 1) {
      await turn()
      link?.answer()
    }
    await turn()
    expect(link?.received).toEqual(link && channels())
    expect(made.filter(({ isReady }) => !isReady)).toEqual([])
  }

  return { run, expectQuiet, readyTooEarly, links }
}

describe('channel subscriptions, in any order of events', () => {
  it('are ready only after the answer of the link, and leave it subscribed to exactly the channels with listeners', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const { run, expectQuiet, readyTooEarly, links } = start()
        for (const each of steps) {
          const turning = run(each)
          if (turning !== undefined) await turning
          expect(readyTooEarly()).toEqual([])
        }
        await expectQuiet()
        await run({ kind: 'attach' })
        await expectQuiet()
        expect(links.flatMap(({ needless }) => needless)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
