import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isGone } from '../../infra/native/pid-identity.ts'
import { runCommand } from '../../infra/native/run-command.ts'
import { readState } from '../../infra/native/stack-state.ts'
import { projectFolder } from '../support/stack/replica.ts'
import { makeScratchFolder } from '../support/stack/scratch-folder.ts'
import { stackKind } from '../support/stack/start-stack.ts'

let folder: string

const script = (name: string, ...args: string[]): Promise<string> =>
  runCommand(process.execPath, [`infra/native/${name}.ts`, '--folder', folder, ...args], {
    cwd: projectFolder,
  })

const pids = (): number[] => Object.values(readState(folder)).flatMap(({ identity }) => (identity ? [identity.pid] : []))

const query = async (exports: string, sql: string): Promise<unknown[]> => {
  const url = /DATABASE_URL=(.*)/.exec(exports)?.[1] ?? ''
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe.skipIf(stackKind() !== 'native')('stack:up and stack:down', () => {
  beforeAll(() => {
    folder = makeScratchFolder('stack-up')
  })
  afterAll(() => script('down', '--erase'))

  it('starts once, keeps its addresses and its data, and stops', async () => {
    const up = await script('up')
    expect(up).toMatch(/^export DATABASE_URL=.*\nexport REDIS_URL=.*\nexport KAFKA_BROKERS=.*\n$/)
    await query(up, 'create table note (text text)')
    const running = pids()
    expect(await script('up')).toBe(up)
    expect(pids()).toEqual(running)
    await script('down')
    expect(running.map(isGone)).toEqual([true, true, true])
    expect(await script('up')).toBe(up)
    expect(await query(up, 'table note')).toEqual([])
  })

  it('restarts the killed server only', async () => {
    const up = await script('up')
    const [postgres, redis, kafka] = pids()
    process.kill(redis ?? 0, 'SIGKILL')
    expect(await script('up')).toBe(up)
    const [postgresNow, redisNow, kafkaNow] = pids()
    expect([postgresNow, kafkaNow]).toEqual([postgres, kafka])
    expect(redisNow).not.toBe(redis)
  })
})
