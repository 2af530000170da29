import { describe, expect, it } from 'vitest'
import { createLogger } from '../../../../shared/runtime/observability/logger.ts'
import { readableLine } from '../../../../shared/runtime/observability/readable-line.ts'

const shown = (work: (log: ReturnType<typeof createLogger>) => void): string[] => {
  const lines: string[] = []
  work(createLogger({ level: 'info', name: 'embedded', write: (line) => void lines.push(readableLine(line)) }))
  return lines
}

describe('A log line at a terminal', () => {
  it('shows time, level, text and fields in one line', () => {
    const [line] = shown((log) => log.info({ port: 8080, state: 'ready', parts: ['a b'] }, 'the gateway is ready'))
    expect(line).toMatch(/^\d\d:\d\d:\d\d INFO {2}the gateway is ready port=8080 state=ready parts=\["a b"\]\n$/)
  })

  it('quotes a text with spaces and escapes what could control the terminal', () => {
    const [line] = shown((log) => log.info({ reason: 'no\u001b[2J way' }, 'failed\u001b[2J\r!'))
    expect(line).toContain(String.raw`reason="no\u001b[2J way"`)
    expect(line?.trimEnd()).not.toMatch(/\p{Cc}/u)
  })

  it('shows the error of a failure', () => {
    const [line] = shown((log) => log.error({ err: new TypeError('cannot read') }, 'failed'))
    expect(line).toContain('ERROR')
    expect(line).toContain('"message":"cannot read"')
  })
})
