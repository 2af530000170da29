import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const head = `# Written by \`npm run docs\` from rules.yaml.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: chat
  labels: { app.kubernetes.io/part-of: chat, release: kube-prometheus-stack }
spec:
`

/** The rules of `rules.yaml` as a PrometheusRule, the object that the Prometheus operator reads. */
export const prometheusRule = (): string => {
  const lines = readFileSync(join(import.meta.dirname, 'rules.yaml'), 'utf8').split('\n')
  const rules = lines.slice(lines.indexOf('groups:'))
  return head + rules.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')
}
