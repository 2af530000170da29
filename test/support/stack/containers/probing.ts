import type { WaitStrategy } from 'testcontainers'
import { until } from '../../poll.ts'

export interface Probing {
  /** One try to get a true answer; throws when there is none. */
  readonly probe: () => Promise<void>
  readonly readyWithinMs: number
}

interface Inspectable {
  inspect(): Promise<{ readonly State: { readonly Running: boolean; readonly ExitCode: number } }>
}

/** Resolves when the probe passes; rejects when the container ends instead, or time is up. */
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

/** The same for Testcontainers, which waits for listening ports otherwise: they may open early, and need a shell inside. */
export const waitByProbe = (name: string, probing: Probing): WaitStrategy => {
  const strategy: WaitStrategy = {
    waitUntilReady: (container) => untilProbed(name, container, probing),
    withStartupTimeout: () => strategy,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => probing.readyWithinMs,
  }
  return strategy
}
