import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prometheusRule } from './prometheus-rule.ts'

/** Writes `prometheus-rule.yaml`. */

writeFileSync(join(import.meta.dirname, 'prometheus-rule.yaml'), prometheusRule())
