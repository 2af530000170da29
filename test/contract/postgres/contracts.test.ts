import { describe } from 'vitest'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { eventStoreSuite } from '../event-store/suite.ts'
import { memberStatesSuite } from '../member-states/suite.ts'
import { parkedRoomsSuite } from '../parked-rooms/suite.ts'
import { readModelSuite } from '../read-model/suite.ts'
import { relayPositionsSuite } from '../relay-positions/suite.ts'
import { freshDatabase, openFresh, openMigrated } from './open-postgres.ts'

describe.skipIf(noStackReason())('on PostgreSQL', () => {
  eventStoreSuite('postgres', openFresh)
  readModelSuite('postgres', openFresh)
  memberStatesSuite('postgres', openFresh)
  parkedRoomsSuite('postgres', async () => {
    const { parkedRooms, close } = await openMigrated(await freshDatabase())
    return { rooms: parkedRooms('test'), [Symbol.asyncDispose]: close }
  })
  relayPositionsSuite('postgres', async () => {
    const { eventStore, relayPositions, close } = await openMigrated(await freshDatabase())
    return { store: eventStore, positions: relayPositions, [Symbol.asyncDispose]: close }
  })
})
