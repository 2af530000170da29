import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Target {
  readonly expr: string
  readonly legendFormat: string
}

export interface Panel {
  readonly title: string
  readonly fieldConfig: { readonly defaults: { readonly unit: string } }
  readonly targets: readonly Target[]
}

const folder = join(import.meta.dirname, '../../../infra/observability/dashboards')

/** Every panel of every dashboard, in their order. */
export const panels = (): readonly Panel[] =>
  readdirSync(folder)
    .sort()
    .flatMap((file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly panels: readonly Panel[] }).panels)
