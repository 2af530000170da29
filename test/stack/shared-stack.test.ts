import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'

const tablesIn = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const missing = noStackReason()

describe.skipIf(missing)(`the shared stack${missing ? ` (not run: ${missing})` : ''}`, () => {
  it('creates a database named after the namespace, and drops it', async () => {
    const stack = sharedStack()
    const namespace = stack.freshNamespace()
    const url = await stack.createDatabase(namespace)
    expect(new URL(url).pathname).toBe(`/${namespace.replace('-', '_')}`)
    expect(await tablesIn(url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(stack.urls('gateway', url).databaseUrl).toBe(url)
    await stack.dropNamespace(namespace)
    await expect(tablesIn(url, 'select 1')).rejects.toThrow(/does not exist/)
  })

  it('refuses faults, because other tests use it', async () => {
    const stack = sharedStack()
    await expect(stack.kafka.kill()).rejects.toThrow(/other tests use the shared stack/)
    await expect(stack.redis.pause()).rejects.toThrow(/other tests use the shared stack/)
    expect(() => stack.link('gateway', 'redis')).toThrow(/other tests use the shared stack/)
  })
})
