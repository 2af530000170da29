import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../../support/stack/replica.ts'

/** k8s/README.md. */
export const readmeText = readFileSync(join(projectFolder, 'k8s/README.md'), 'utf8')

const the = (found: readonly string[], text: string): string => {
  const [only, ...more] = new Set(found)
  if (only === undefined || more.length > 0) throw new Error(`k8s/README.md has ${found.length} commands with "${text}"`)
  return only
}

/** The block of shell commands of k8s/README.md that contains a text. */
export const blockWith = (text: string): string => {
  const blocks = [...readmeText.matchAll(/^( *)```sh\n([\s\S]*?)^\1```$/gm)].map(([, , block = '']) => block)
  return the(
    blocks.filter((block) => block.includes(text)),
    text,
  )
}

/** The command in the text of k8s/README.md that contains a text. */
export const commandWith = (text: string): string => {
  const commands = [...readmeText.matchAll(/`((?:kubectl|for|k8s\/)[^`\n]*)`/g)].map(([, command = '']) => command)
  return the(
    commands.filter((command) => command.includes(text)),
    text,
  )
}

/** The YAML in k8s/README.md that contains a text. */
export const readmeYaml = (text: string): string => {
  const blocks = [...readmeText.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  return the(
    blocks.filter((block) => block.includes(text)),
    text,
  )
}
