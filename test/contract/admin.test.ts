import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { cleanEnvironment, projectFolder } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = promisify(execFile)

const admin = async (subcommand: string, env: Readonly<Record<string, string>>): Promise<Ended> => {
  const options = { cwd: projectFolder, env: { ...cleanEnvironment(), ...env }, timeout: 60_000 }
  try {
    return { code: 0, ...(await run(process.execPath, ['services/admin/main.ts', subcommand], options)) }
  } catch (error) {
    return error as Ended
  }
}

describe('the admin process', () => {
  it.each([
    ['migrate', 'DATABASE_URL'],
    ['roles', 'DATABASE_URL'],
    ['level', 'DATABASE_URL'],
    ['rebuild', 'DATABASE_URL'],
    ['prune', 'DATABASE_URL'],
    ['topics', 'KAFKA_BROKERS'],
  ])('%s requires only the address %s', async (subcommand, key) => {
    const { code, stdout, stderr } = await admin(subcommand, {})
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `admin ${subcommand}: configuration: ${key} is missing\n`,
    })
  })

  it('sweep requires the number of days too, because the default would delete what the writers keep', async () => {
    const { code, stderr } = await admin('sweep', { DATABASE_URL: 'postgres://chat@127.0.0.1:1/chat' })
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'admin sweep: configuration: DELETED_KEEP_DAYS is missing\n' })
  })

  it('prints its help without any variable', async () => {
    const { code, stdout } = await admin('--help', {})
    expect(code).toBe(0)
    expect(
      ['migrate', 'topics', 'roles', 'level', 'rebuild', 'audit', 'prune', 'sweep'].filter(
        (name) => !stdout.includes(`\n  ${name} `),
      ),
    ).toEqual([])
  })

  it('reports an unreachable database in one sentence, without its password', async () => {
    const { code, stdout, stderr } = await admin('migrate', { DATABASE_URL: 'postgres://chat:s3cret@127.0.0.1:1/chat' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^admin migrate: .+\n$/)
    expect(stdout + stderr).not.toContain('s3cret')
  })
})

describe.skipIf(noStackReason())('the admin process on real services', () => {
  it('changes nothing when a subcommand is repeated', async () => {
    const stack = sharedStack()
    const namespace = stack.freshNamespace()
    const { kafkaBrokers } = stack.urls()
    const env = {
      DATABASE_URL: await stack.createDatabase(namespace),
      KAFKA_BROKERS: kafkaBrokers.join(','),
      NAMESPACE: namespace,
      PARTITIONS: '12',
      DELETED_KEEP_DAYS: '0',
    }
    for (const subcommand of [
      'migrate',
      'migrate',
      'roles',
      'roles',
      'level',
      'level',
      'rebuild',
      'rebuild',
      'prune',
      'sweep',
      'sweep',
      'topics',
      'topics',
    ]) {
      expect(await admin(subcommand, env), subcommand).toMatchObject({ code: 0 })
    }
    await stack.dropNamespace(namespace)
  })
})
