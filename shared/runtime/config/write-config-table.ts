import { readFileSync, writeFileSync } from 'node:fs'
import { withConfigTable } from './config-table.ts'

const document = new URL('../../../CONFIGURATION.md', import.meta.url)

writeFileSync(document, withConfigTable(readFileSync(document, 'utf8')))
