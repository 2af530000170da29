import type { Session } from '../../../services/gateway/session.ts'
import type { SocketConstructor } from '../../../shared/client/socket.ts'
import { simulatedSocket } from '../simulation/simulated-socket.ts'
import type { SimulatedWorld } from '../simulation/simulated-world.ts'

/** What can happen to one connection, besides what happens to its gateway. */
export interface Connection {
  readonly isOpen: boolean
  readonly session: Session
  /** Both sides notice, the client at once. */
  cut(): void
  /** Nothing passes any more, and nobody is told. */
  blackHole(): void
  setFrozen(isFrozen: boolean): void
}

type Listener = (event: { data: unknown; code: number; reason: string }) => void

/**
 * WebSockets into the gateways of a simulated world, each to one picked at
 * random. Frames take their time, in order; some attempts fail.
 */
export const simulatedWebSockets = (
  world: SimulatedWorld,
  opened: (connection: Connection) => void,
  refusal: () => number,
): SocketConstructor => {
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
      const session = this.#session
      this.#sending = this.#sending
        .then(() => clock.sleep(random.next() * 20))
        .then(() => {
          if (this.#state === 'open' && !this.#isHole) session?.receive(text)
        })
    }

    close(code = 1000, reason = ''): void {
      this.#end(code, reason)
      if (!this.#isHole) this.#session?.ended()
    }

    #open(): void {
      const gateway = random.pick(world.gateways)
      const events = { drained: () => this.#session?.drained(), closed: () => this.#session?.ended() }
      const socket = simulatedSocket(clock, random, events, random.pick([1, 5, 60]))
      socket.onFrame((frame) => this.#hear(JSON.stringify(frame)))
      const { wire } = socket
      const close = (code: number, reason: string): void => {
        wire.close(code, reason)
        if (!this.#isHole) clock.after(0, () => this.#end(code, reason))
      }
      const session = gateway.switchboard.open(
        {
          write: wire.write,
          get unsentBytes() {
            return wire.unsentBytes
          },
          close,
        },
        { isService: true },
      )
      this.#session = session
      this.#state = 'open'
      const isOpen = (): boolean => this.#state === 'open'
      opened({
        get isOpen() {
          return isOpen()
        },
        session,
        cut: () => {
          this.#end(1006, '')
          clock.after(random.next() * 500, session.ended)
        },
        blackHole: () => {
          this.#isHole = true
          clock.after(random.next() * 2_000, session.ended)
        },
        setFrozen: socket.setFrozen,
      })
      this.#tell('open', { data: undefined, code: 0, reason: '' })
    }

    #hear(text: string): void {
      if (this.#state === 'open' && !this.#isHole) this.#tell('message', { data: text, code: 0, reason: '' })
    }

    #end(code: number, reason: string): void {
      if (this.#state === 'closed') return
      this.#state = 'closed'
      clock.after(0, () => this.#tell('close', { data: undefined, code, reason }))
    }

    #tell(type: string, event: Parameters<Listener>[0]): void {
      for (const listener of this.#listeners.get(type) ?? []) listener(event)
    }
  }
}
