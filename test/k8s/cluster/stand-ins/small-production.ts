import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../../../support/stack/replica.ts'

/** What an operator changes in a copy of `overlays/prod`, so that it runs on one small node with one broker. */
const edits: readonly (readonly [file: string, from: string, to: string])[] = [
  [
    'services/kustomization.yaml',
    'newName: registry.example.com/chat-service, newTag: 0.2.0',
    'newName: chat-service, newTag: dev',
  ],
  ['services/chat.env', 'PARTITIONS=60', 'PARTITIONS=6'],
  ['services/chat.env', 'REPLICATION_FACTOR=3', 'REPLICATION_FACTOR=1'],
  ['services/gateway-resources.yaml', 'requests: { cpu: "1",', 'requests: { cpu: 100m,'],
  ['services/writer-resources.yaml', 'requests: { cpu: 500m,', 'requests: { cpu: 100m,'],
  ['data/redis.yaml', 'requests: { cpu: 500m,', 'requests: { cpu: 100m,'],
]

/** Replaces a text in a file of a copy of `overlays/prod`. */
export const editProduction = (folder: string, file: string, from: string, to: string): void => {
  const path = join(folder, 'k8s/overlays/prod', file)
  const text = readFileSync(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} has no "${from}"`)
  writeFileSync(path, text.replace(from, to))
}

/** Copies the manifests into a folder, in which the commands of k8s/README.md then work as they do in the repository. */
export const copyProduction = (folder: string): void => {
  for (const part of ['k8s', 'infra/observability', 'infra/redis']) {
    cpSync(join(projectFolder, part), join(folder, part), { recursive: true, verbatimSymlinks: true })
  }
  for (const [file, from, to] of edits) editProduction(folder, file, from, to)
}
