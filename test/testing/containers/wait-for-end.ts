import type { WaitStrategy } from 'testcontainers'

const endsWithinMs = 120_000

/** A wait strategy for a container that runs a job: it counts as started when the job has ended, successful or not. */
export const waitForEnd = (): { readonly strategy: WaitStrategy; readonly code: () => number | undefined } => {
  let code: number | undefined
  const strategy: WaitStrategy = {
    waitUntilReady: async (container) => {
      const { StatusCode } = (await container.wait()) as { StatusCode: number }
      code = StatusCode
    },
    withStartupTimeout: () => strategy,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => endsWithinMs,
  }
  return { strategy, code: () => code }
}
