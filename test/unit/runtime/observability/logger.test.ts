import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../../../../shared/runtime/observability/logger.ts'

const logged = (level: string, work: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] => {
  const lines: string[] = []
  work(createLogger({ level, name: 'gateway', write: (line) => void lines.push(line) }))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the logger', () => {
  it('writes JSON lines with level, time and the name of the process', () => {
    const [line] = logged('info', (log) => log.info({ port: 1 }, 'started'))
    expect(line).toMatchObject({ level: 'info', name: 'gateway', port: 1, msg: 'started' })
    expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  it('writes version and host into each line, which in a cluster is the pod', () => {
    const [line] = logged('info', (log) => log.info({}, 'started'))
    expect(line).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, host: hostname() })
  })

  it('omits lines below its level', () => {
    expect(logged('warn', (log) => log.info({}, 'quiet'))).toEqual([])
    expect(logged('silent', (log) => log.fatal({}, 'quiet'))).toEqual([])
  })

  it('keeps type, message, code and causes of an error', () => {
    const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
    const [line] = logged('info', (log) => log.error({ err: new TypeError('cannot read', { cause }) }, 'failed'))
    expect(line?.err).toMatchObject({
      type: 'TypeError',
      message: 'cannot read',
      cause: { message: 'connection refused', code: 'ECONNREFUSED' },
    })
  })

  it('omits other fields of the errors of drivers', () => {
    const error = Object.assign(new Error('violates a constraint'), {
      code: '23505',
      detail: 'Key (msg)=(what a person wrote) exists',
      parameters: ['what a person wrote'],
    })
    const [line] = logged('info', (log) => log.error({ err: error }, 'failed'))
    expect(JSON.stringify(line)).not.toContain('a person wrote')
    expect(line?.err).toMatchObject({ code: '23505' })
  })

  it('omits the content of thrown values that are no errors', () => {
    const [line] = logged('info', (log) => log.error({ err: 'a person wrote this' }, 'failed'))
    expect(line?.err).toEqual({ type: 'string', message: 'not an error object' })
  })

  it('serialises the field `error` like `err` if it is an error, and keeps a text', () => {
    const error = Object.assign(new Error('fails'), { detail: 'what a person wrote' })
    const [line, named] = logged('info', (log) => {
      log.error({ error }, 'failed')
      log.error({ error: 'TypeError' }, 'failed')
    })
    expect(JSON.stringify(line)).not.toContain('a person wrote')
    expect(named?.error).toBe('TypeError')
  })

  it('terminates for an error that is its own cause', () => {
    const error = new Error('loop')
    error.cause = error
    expect(logged('info', (log) => log.error({ err: error }, 'failed'))).toHaveLength(1)
  })
})
