import { describe } from 'vitest'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { eventStoreSuite } from '../event-store/suite.ts'
import { memberStatesSuite } from '../member-states/suite.ts'
import { readModelSuite } from '../read-model/suite.ts'
import { searchIndexSuite } from '../search-index/suite.ts'
import { openFresh } from './open-postgres.ts'

describe.skipIf(noStackReason())('on PostgreSQL', () => {
  eventStoreSuite('postgres', openFresh)
  readModelSuite('postgres', openFresh)
  memberStatesSuite('postgres', openFresh)
  searchIndexSuite('postgres', openFresh)
})
