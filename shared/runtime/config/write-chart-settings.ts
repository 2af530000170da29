import { readFileSync, writeFileSync } from 'node:fs'
import { withChartSettings } from './chart-settings.ts'

const schema = new URL('../../../k8s/chart/values.schema.json', import.meta.url)

writeFileSync(schema, withChartSettings(readFileSync(schema, 'utf8')))
