import type { OpenSession } from '../world/open-session.ts'
import { openSession } from '../world/open-session.ts'
import type { Received } from '../world/simulated-socket.ts'
import type { SimulatedWorld } from '../world/simulated-world.ts'

/** A request that has its final outcome. Times are monotonic. */
export interface Settled {
  /** When it was sent first, and when its outcome arrived. */
  readonly sentAt: number
  readonly settledAt: number
  readonly outcome: Received
}

/** A device of one user. It repeats a request, unchanged, over new connections until it has a final outcome. */
export interface SimulatedDevice {
  /** The id of the user; undefined until the first connection. */
  readonly userId: string | undefined
  ask(request: { readonly event: string; readonly body: object }): Promise<Settled>
}

const patienceMs = 5_000
const pauseMs = 50

/** A gateway that has just started does not know the feature level before it has read it. */
const isToRepeat = ({ error }: Received): boolean =>
  error !== undefined && (error.retryable || error.code === 'unknown_event' || JSON.stringify(error).includes('unknown field'))

export const simulatedDevice = (world: SimulatedWorld, externalUserId: string): SimulatedDevice => {
  const { clock, random } = world
  const waiting = new Map<string, (frame: Received) => void>()
  let current: OpenSession | undefined
  let userId: string | undefined
  let binding: Promise<void> | undefined

  /** The answer, the frame or the error of one sending; undefined: none arrived in time. */
  const send = async (request: object): Promise<Received | undefined> => {
    const id = world.newId()
    const { promise, resolve } = Promise.withResolvers<Received | undefined>()
    const timer = clock.after(patienceMs, () => resolve(undefined))
    waiting.set(id, resolve)
    current?.session.receive(JSON.stringify({ ...request, id }))
    const frame = await promise
    timer.cancel()
    waiting.delete(id)
    return frame
  }

  const bindOnce = async (): Promise<void> => {
    while (current === undefined || current.socket.isClosed) {
      current = openSession(world, [1, 5], (frame) => waiting.get(frame.id ?? '')?.(frame))
      const bound = await send({ event: 'create-user', body: { user: { externalUserId } } })
      if (bound?.body === undefined) current.socket.wire.close(1000, '')
      else userId = (bound.body as { user: { id: string } }).user.id
      await clock.sleep(pauseMs)
    }
  }

  /** Connects and binds the user, if the device is not connected. Concurrent requests share one connection. */
  const bind = (): Promise<void> => {
    binding ??= bindOnce().finally(() => {
      binding = undefined
    })
    return binding
  }

  return {
    get userId() {
      return userId
    },
    ask: async (request) => {
      const sentAt = clock.monotonicMs()
      for (;;) {
        await bind()
        const outcome = await send(request)
        if (outcome !== undefined && !isToRepeat(outcome)) return { sentAt, settledAt: clock.monotonicMs(), outcome }
        if (random.chance(0.3)) current?.socket.wire.close(1000, '')
        await clock.sleep(pauseMs)
      }
    },
  }
}
