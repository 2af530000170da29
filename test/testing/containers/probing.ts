import type { WaitStrategy } from 'testcontainers'
import { until } from '../../support/poll.ts'

export interface Probing {
  /** One attempt to get an answer from the service itself; rejects without one. */
  readonly probe: () => Promise<void>
  readonly readyWithinMs: number
}

interface Inspectable {
  inspect(): Promise<{ readonly State: { readonly Running: boolean; readonly ExitCode: number } }>
}

/** Resolves when the probe passes; rejects when the container ends first, or after `readyWithinMs`. */
export const untilProbed = async (name: string, container: Inspectable, { probe, readyWithinMs }: Probing): Promise<void> => {
  const outcome = await until(
    `${name} to answer`,
    async () => {
      const { State } = await container.inspect()
      if (!State.Running) return `${name} ended with ${State.ExitCode} while it started`
      await probe()
      return 'ready'
    },
    { withinMs: readyWithinMs, everyMs: 50 },
  )
  if (outcome !== 'ready') throw new Error(outcome)
}

/** The same as a wait strategy. The default of Testcontainers waits for ports, which may open too early, and needs a shell in the image. */
export const waitByProbe = (name: string, probing: Probing): WaitStrategy => {
  const strategy: WaitStrategy = {
    waitUntilReady: (container) => untilProbed(name, container, probing),
    withStartupTimeout: () => strategy,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => probing.readyWithinMs,
  }
  return strategy
}
