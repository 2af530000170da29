import { StartError } from '../config/start-error.ts'

/**
 * Runs the main function of a process. A `StartError` ends the process with 1
 * and its message on stderr, without a stack. Other errors are thrown.
 */
export const runMain = async (main: () => Promise<void>): Promise<void> => {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    process.stderr.write(`${error.message}\n`)
    // Started parts may keep the process alive.
    process.exit(1)
  }
}
