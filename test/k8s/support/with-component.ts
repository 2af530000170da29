import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { projectFolder } from '../../support/stack/replica.ts'
import type { KubernetesObject } from './objects.ts'
import { readmeYaml } from './readme-commands.ts'
import { renderYaml } from './renderer.ts'

const overlaysFolder = join(projectFolder, 'k8s/overlays')

/** Renders a folder beside the overlays, because kustomize accepts only relative paths, and removes it. */
const renderFolder = (fill: (folder: string) => void): string => {
  const folder = mkdtempSync(join(overlaysFolder, '.test-'))
  try {
    fill(folder)
    return renderYaml(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const objectsOf = (yaml: string): readonly KubernetesObject[] =>
  parseAllDocuments(yaml).map((document) => document.toJS() as KubernetesObject)

/** Renders the lines of a `kustomization.yaml`, as a custom overlay. */
const renderOverlay = (lines: readonly string[]): readonly KubernetesObject[] =>
  objectsOf(renderFolder((folder) => writeFileSync(join(folder, 'kustomization.yaml'), lines.join('\n'))))

/** Renders the base and further folders of `k8s/` with components. */
export const withFolders = (folders: readonly string[], components: readonly string[]): readonly KubernetesObject[] =>
  renderOverlay([
    `resources: [${['base', ...folders].map((folder) => `../../${folder}`).join(', ')}]`,
    `components: [${components.map((component) => `../../components/${component}`).join(', ')}]`,
    'namespace: chat',
  ])

/** Renders the base with these components. */
export const withComponent = (...components: readonly string[]): readonly KubernetesObject[] => withFolders([], components)

/** The YAML of an overlay in which one file is edited, as an operator edits it. */
export const editedOverlayYaml = (overlay: string, file: string, edit: (text: string) => string): string =>
  renderFolder((folder) => {
    cpSync(join(overlaysFolder, overlay), folder, { recursive: true })
    const text = readFileSync(join(folder, file), 'utf8')
    const edited = edit(text)
    if (edited === text) throw new Error(`nothing to edit in ${overlay}/${file}`)
    writeFileSync(join(folder, file), edited)
  })

export const editedOverlay = (...given: Parameters<typeof editedOverlayYaml>): readonly KubernetesObject[] =>
  objectsOf(editedOverlayYaml(...given))

type Lists = Readonly<Record<string, readonly unknown[]>>

/** A `kustomization.yaml` with further entries in its lists. */
export const withEntries = (text: string, ...added: readonly Lists[]): string => {
  const all = parse(text) as Record<string, readonly unknown[]>
  for (const [name, entries] of added.flatMap((lists) => Object.entries(lists))) all[name] = [...(all[name] ?? []), ...entries]
  return stringify(all)
}

/** The `prod` overlay with the lines of k8s/README.md that contain each of these texts, added to the lists of its services. */
export const prodWith = (...texts: readonly string[]): readonly KubernetesObject[] =>
  editedOverlay('prod', 'services/kustomization.yaml', (text) =>
    withEntries(text, ...texts.map((one) => parse(readmeYaml(one)) as Lists)),
  )
