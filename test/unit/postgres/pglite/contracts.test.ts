import { afterAll } from 'vitest'
import { eventStoreSuite } from '../../../contract/event-store/suite.ts'
import { memberStatesSuite } from '../../../contract/member-states/suite.ts'
import { openEmbedded, scratchFolder } from '../../../contract/postgres/open-pglite.ts'
import { readModelSuite } from '../../../contract/read-model/suite.ts'
import { searchIndexSuite } from '../../../contract/search-index/suite.ts'

const folders = [scratchFolder(), scratchFolder(), scratchFolder(), scratchFolder()] as const
afterAll(() => {
  for (const folder of folders) folder[Symbol.dispose]()
})

eventStoreSuite('pglite', () => openEmbedded(folders[0].path))
readModelSuite('pglite', () => openEmbedded(folders[1].path))
memberStatesSuite('pglite', () => openEmbedded(folders[2].path))
searchIndexSuite('pglite', () => openEmbedded(folders[3].path))
