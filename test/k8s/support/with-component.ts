import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { projectFolder } from '../../support/stack/replica.ts'
import type { KubernetesObject } from './objects.ts'
import { renderYaml } from './renderer.ts'

/** Renders the base with one additional component, as in a custom overlay. */
export const withComponent = (component: string): readonly KubernetesObject[] => {
  // In the folder of the overlays, because kustomize accepts only relative paths.
  const folder = mkdtempSync(join(projectFolder, 'k8s/overlays/.test-'))
  try {
    const lines = ['resources: [../../base]', `components: [../../components/${component}]`, 'namespace: chat']
    writeFileSync(join(folder, 'kustomization.yaml'), lines.join('\n'))
    return parseAllDocuments(renderYaml(folder)).map((document) => document.toJS() as KubernetesObject)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
