import { StartError } from '../config/start-error.ts'

/**
 * Runs what a process is there for. What keeps it from starting ends it with 1
 * and one sentence on stderr, without a stack: nothing in the code is to blame.
 * Every other error is let out.
 */
export const runMain = async (main: () => Promise<void>): Promise<void> => {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`${error.message}\n`)
    // Something of it may run already.
    process.exit(1)
  }
}
