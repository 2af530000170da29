import type { RateLimiter } from '../../../../services/gateway/limits/rate-limiter.ts'
import type { Session } from '../../../../services/gateway/session/session.ts'
import type { SocketConstructor } from '../../../../shared/client/socket.ts'
import { openAdmission } from '../../../support/open-admission.ts'
import type { Received } from '../../simulation/world/simulated-socket.ts'
import { simulatedSocket } from '../../simulation/world/simulated-socket.ts'
import type { SimulatedWorld } from '../../simulation/world/simulated-world.ts'

/** The faults of one connection, in addition to those of its gateway. */
export interface Connection {
  readonly isOpen: boolean
  readonly session: Session
  /** Cuts the connection: the client notices at once, the gateway later. */
  cut(): void
  /** Drops all frames; neither side receives a close event. */
  blackHole(): void
  setFrozen(isFrozen: boolean): void
}

/** Changes a frame before the client receives it, for tests of the checker; undefined: drops the frame. */
export type Garble = (frame: Omit<Received, 'atMs'>) => object | undefined

export interface SimulatedNetwork {
  readonly world: SimulatedWorld
  /** The probability that an attempt to connect fails. */
  readonly refusal: () => number
  readonly garble: Garble
  readonly rateLimiter: RateLimiter
  readonly opened: (connection: Connection) => void
}

interface SocketEvent {
  readonly data: unknown
  readonly code: number
  readonly reason: string
}
type Listener = (event: SocketEvent) => void

const nothing = { data: undefined, code: 0, reason: '' } as const

/**
 * WebSockets into the gateways of a simulated world, each to one picked at
 * random. Frames are delayed and keep their order; some attempts fail.
 */
export const simulatedWebSockets = ({ world, refusal, garble, rateLimiter, opened }: SimulatedNetwork): SocketConstructor => {
  const { clock, random } = world

  return class {
    readonly #listeners = new Map<string, Listener[]>()
    #state: 'connecting' | 'open' | 'closed' = 'connecting'
    #isHole = false
    #session: Session | undefined
    #sending: Promise<void> = Promise.resolve()

    constructor() {
      clock.after(random.next() * 50, () => {
        if (this.#state !== 'connecting') return
        if (random.chance(refusal())) this.#end(1006, '')
        else this.#open()
      })
    }

    addEventListener(type: string, listener: Listener): void {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
    }

    send(text: string): void {
      const arrive = (): void => {
        if (this.#state === 'open' && !this.#isHole) this.#session?.receive(text)
      }
      this.#sending = this.#sending.then(() => clock.sleep(random.next() * 20)).then(arrive)
    }

    close(code = 1000, reason = ''): void {
      this.#end(code, reason)
      if (!this.#isHole) this.#session?.ended()
    }

    #open(): void {
      const gateway = random.pick(world.gateways)
      const socket = simulatedSocket(
        clock,
        random,
        { drained: () => session.drained(), closed: () => session.ended(), frame: (frame) => this.#hear(frame) },
        random.pick([1, 5, 60]),
      )
      const { wire } = socket
      const session = gateway.gatewayCore.open(
        {
          write: wire.write,
          unsentBytes: wire.unsentBytes,
          close: (code, reason) => {
            wire.close(code, reason)
            if (!this.#isHole) this.#end(code, reason)
          },
        },
        { ...openAdmission, rateLimiter },
      )
      gateway.sockets.add({ ...socket, abort: () => this.#abort(socket.abort) })
      this.#session = session
      this.#state = 'open'
      opened(this.#handle(session, socket.setFrozen))
      this.#tell('open', nothing)
    }

    /** The gateway was killed: the client gets a close event only if the machine of the gateway still runs, half of the time. */
    #abort(lose: () => void): void {
      lose()
      if (random.chance(0.5)) this.#end(1006, '')
    }

    #handle(session: Session, setFrozen: Connection['setFrozen']): Connection {
      const isOpen = (): boolean => this.#state === 'open'
      return {
        get isOpen() {
          return isOpen()
        },
        session,
        cut: () => {
          this.#end(1006, '')
          clock.after(random.next() * 500, () => session.ended())
        },
        blackHole: () => {
          this.#isHole = true
          clock.after(random.next() * 2_000, () => session.ended())
        },
        setFrozen,
      }
    }

    #hear({ atMs: _, ...frame }: Received): void {
      const heard = this.#state === 'open' && !this.#isHole ? garble(frame) : undefined
      if (heard !== undefined) this.#tell('message', { ...nothing, data: JSON.stringify(heard) })
    }

    #end(code: number, reason: string): void {
      if (this.#state === 'closed') return
      this.#state = 'closed'
      clock.after(0, () => this.#tell('close', { ...nothing, code, reason }))
    }

    #tell(type: string, event: SocketEvent): void {
      for (const listener of this.#listeners.get(type) ?? []) listener(event)
    }
  }
}
