/** Prints a document as JSON. A reader that closes the pipe early, such as `head`, is no error. */
export const printDocument = (document: unknown): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
}
