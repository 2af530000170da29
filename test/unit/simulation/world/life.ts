import type { Clock } from '../../../../shared/ports/clock.ts'

/** The lifetime of a simulated process: after its end, no call of a port returns and no timer fires. */
export interface Life {
  readonly isOver: boolean
  end(): void
  /** The port as this process sees it. */
  bound<Port extends object>(port: Port): Port
  /** The clock of this process; its time of day may be wrong. */
  clock(clock: Clock, skewMs: number): Clock
}

const never = new Promise<never>(() => undefined)

export const createLife = (): Life => {
  let isOver = false
  const orNever = (result: unknown): unknown => {
    if (!(result instanceof Promise)) return result
    return result.then(
      (value) => (isOver ? never : value),
      (error) => {
        if (isOver) return never
        throw error
      },
    )
  }
  return {
    get isOver() {
      return isOver
    },
    end: () => {
      isOver = true
    },
    bound: (port) =>
      new Proxy(port, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name)
          if (typeof member !== 'function') return member
          return (...args: unknown[]) => (isOver ? never : orNever(Reflect.apply(member, target, args)))
        },
      }),
    clock: (clock, skewMs) => ({
      nowMs: () => clock.nowMs() + skewMs,
      monotonicMs: clock.monotonicMs,
      after: (delayMs, callback) =>
        clock.after(delayMs, () => {
          if (!isOver) callback()
        }),
    }),
  }
}
