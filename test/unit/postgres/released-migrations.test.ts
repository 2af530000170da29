import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { migrations } from '../../../infra/postgres/migrations/migrations.ts'

/** The SHA-256 of the statements of each migration that databases in use have already run. */
const released = [
  ['0001-first-tables', '574ab35619ee673f819d00c49dd1445b7be35ab40f8eaf6e4a4275ecd92d1d6e'],
  ['0002-forbidden-by-digest', 'ed7de7c68d444e2d45acb9487b4173967b1b7309a8231d2158e2ea5083a9399f'],
  ['0003-append-batch', 'eb4a259c8dcc4fbc1171461c3b84717708bad83fe531c452b139f7331ec7fdaf'],
  ['0004-event-names', 'e751d74d657875d60d57b3e72f6417121546aecd7eb1ecb52f6ea0dac1e2b129'],
  ['0005-living-messages', 'de8a93be4096503e0439810dec3da1dacd6bc19c17086cf02819dd2993e7224b'],
] as const

const digestOf = (name: string): string => {
  const found = migrations.find((migration) => migration.name === name)
  if (found === undefined) throw new Error(`no migration ${name}`)
  // Adding statements needs neither a driver nor a configuration.
  const migration = new found.class(undefined as never, undefined as never)
  migration.up()
  return createHash('sha256').update(JSON.stringify(migration.getQueries())).digest('hex')
}

describe('A migration that databases have run', () => {
  it.each(released)('keeps its statements, although later migrations share parts of them: %s', (name, digest) => {
    expect(digestOf(name)).toBe(digest)
  })
})
