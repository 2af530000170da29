import { ConfigError } from './config-error.ts'

/**
 * Runs what a process is there for. A configuration that cannot be used ends it
 * with 1 and one sentence on stderr, without a stack: nothing in the code is to blame.
 * Every other error is let out.
 */
export const runMain = async (main: () => Promise<void>): Promise<void> => {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
