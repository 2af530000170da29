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

interface Place {
  readonly channel: string
  /** The link there was when it was made; as long as that one stays, it alone decides. */
  readonly link: FakeLink | undefined
  isReady: boolean
  close(): void
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

const start = () => {
  const subscriptions = channelSubscriptions(recordingLog())
  const links: FakeLink[] = []
  const made: Place[] = []
  let open: Place[] = []
  let link: FakeLink | undefined
  /** Settles when the pending attachment has ended. */
  let awaited: ReadonlySet<string> = new Set()

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
    awaited = channels()
    const attached = (): void => {
      if (link === next) awaited = new Set()
    }
    subscriptions.attach(next).then(attached, () => {})
  }
  const subscribe = (channel: string): void => {
    const subscription = subscriptions.subscribe(channel, () => {})
    const place: Place = { channel, link, isReady: false, close: () => subscription.close() }
    void subscription.ready.then(() => {
      place.isReady = true
    })
    made.push(place)
    open.push(place)
  }
  const close = (which: number): void => {
    const gone = open[which % open.length]
    open = open.filter((place) => place !== gone)
    gone?.close()
  }
  /** Ready, by the word of a link that does not say so. */
  const readyTooEarly = (): string[] => {
    const said = open.filter((place) => place.isReady && link !== undefined && place.link === link)
    return said.map(({ channel }) => channel).filter((channel) => !link?.received.has(channel) && !awaited.has(channel))
  }

  /** Without an end of turn, but for the step that is one. */
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
  /** Nothing happens any more, and the link has answered everything. */
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
