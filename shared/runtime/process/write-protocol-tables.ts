import { readFileSync, writeFileSync } from 'node:fs'
import { withProtocolTables } from '../../protocol/protocol-tables.ts'

const document = new URL('../../protocol/PROTOCOL.md', import.meta.url)

writeFileSync(document, withProtocolTables(readFileSync(document, 'utf8')))
