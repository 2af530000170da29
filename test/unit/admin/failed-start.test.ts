import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { cleanEnvironment, projectFolder } from '../../support/stack/replica.ts'

describe('`admin audit --watch`', () => {
  it('ends with 1 if it cannot start, so that it is restarted, although its internal port is open already', async () => {
    const env = {
      ...cleanEnvironment(),
      AUTH: 'off',
      INTERNAL_PORT: '0',
      DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/chat?sslmode=verify-full&sslrootcert=/nowhere/ca.crt',
      REDIS_URL: 'redis://127.0.0.1:1',
      KAFKA_BROKERS: '127.0.0.1:1',
    }
    const audit = promisify(execFile)(process.execPath, ['services/admin/main.ts', 'audit', '--watch'], {
      cwd: projectFolder,
      env,
      timeout: 20_000,
    })
    await expect(audit).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_URL') as string })
  })
})
