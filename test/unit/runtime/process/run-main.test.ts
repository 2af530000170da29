import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const runtime = new URL('../../../../shared/runtime/', import.meta.url).href

const ended = (body: string, env: Readonly<Record<string, string>> = {}) => {
  const script = `
    import { runMain } from '${runtime}process/run-main.ts'
    import { readConfig } from '${runtime}config/config.ts'
    await runMain(async () => { ${body} })`
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { PATH: '', ...env } })
}

describe('runMain', () => {
  it('exits with one sentence that names all problems of a bad configuration', () => {
    const { status, stdout, stderr } = ended('readConfig(); console.log("started")', { PORT: 'http', REDIS_CLUSTER: 'maybe' })
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'configuration: REDIS_CLUSTER must be one of: true, false; PORT must be a whole number from 0 to 65535\n',
    })
  })

  it('exits although a started part would keep the process alive', () => {
    const { status, stderr } = ended(`
      setInterval(() => {}, 1000)
      const { StartError } = await import('${runtime}config/start-error.ts')
      throw new StartError('the port is taken')`)
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'the port is taken\n' })
  })

  it('throws other errors with their stack', () => {
    const { status, stderr } = ended('throw new Error("a bug")')
    expect(status).toBe(1)
    expect(stderr).toMatch(/a bug\n\s+at /)
  })

  it('does not interfere with a successful start', () => {
    expect(ended('readConfig(); console.log("started")')).toMatchObject({ status: 0, stdout: 'started\n', stderr: '' })
  })
})
