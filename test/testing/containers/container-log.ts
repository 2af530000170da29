import type { Readable } from 'node:stream'

const maxLines = 5_000

/** The last lines of the output of a container, over all its runs. */
export interface ContainerLog {
  read(stream: Readable): void
  last(lines: number): string[]
}

export const containerLog = (): ContainerLog => {
  const kept: string[] = []
  return {
    read: (stream) => {
      let rest = ''
      stream.on('data', (chunk) => {
        const parts = `${rest}${chunk}`.split('\n')
        rest = parts.pop() ?? ''
        kept.push(...parts.map((line) => line.trimEnd()))
        kept.splice(0, kept.length - maxLines)
      })
      // The engine may end before the container.
      stream.on('error', () => {})
    },
    last: (lines) => kept.slice(-lines),
  }
}
