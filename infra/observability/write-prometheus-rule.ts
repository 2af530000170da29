import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = (name: string): string => join(import.meta.dirname, name)

const head = `# Written by \`npm run docs\` from rules.yaml.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: chat
  labels: { app.kubernetes.io/part-of: chat }
spec:
`

/** The object for the Prometheus operator: our rules, a level deeper. */
export const prometheusRule = (): string => {
  const lines = readFileSync(file('rules.yaml'), 'utf8').split('\n')
  const rules = lines.slice(lines.indexOf('groups:'))
  return head + rules.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')
}

if (import.meta.main) writeFileSync(file('prometheus-rule.yaml'), prometheusRule())
