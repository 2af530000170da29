import type { WaitStrategy } from 'testcontainers'

const endsWithinMs = 120_000

/** For a container that runs a job: it is "up" once the job has ended, well or not. */
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
