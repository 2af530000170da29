import type { Readable } from 'node:stream'

const mostLines = 5_000

/** The end of what a container printed, over all its runs. */
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
        kept.splice(0, kept.length - mostLines)
      })
      // The engine may go away before the container.
      stream.on('error', () => {})
    },
    last: (lines) => kept.slice(-lines),
  }
}
