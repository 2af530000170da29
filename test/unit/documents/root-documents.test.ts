import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const { scripts } = JSON.parse(text('package.json')) as { readonly scripts: Readonly<Record<string, string>> }

/** The anchor that a heading gets on GitHub. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const anchorsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

const documents = [
  'README.md',
  'OPERATIONS.md',
  'MOVING.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'CONFIGURATION.md',
  'ARCHITECTURE.md',
]

describe.each(documents)('%s', (name) => {
  const markdown = text(name)

  it('links only to files and headings that exist', () => {
    const links = [...markdown.matchAll(/\]\(([^):]+)\)/g)].map(([, link = '']) => link)
    const isBroken = (link: string): boolean => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? name : path
      if (!existsSync(new URL(target, root))) return true
      return anchor !== undefined && !anchorsIn(text(target)).includes(anchor)
    }
    expect(links.filter(isBroken)).toEqual([])
  })

  it('names only npm scripts that exist', () => {
    const named = [...markdown.matchAll(/\bnpm (?:run (?:-s )?)([a-z][a-z:0-9]*)/g)].map(([, script = '']) => script)
    expect(named.filter((script) => !(script in scripts))).toEqual([])
  })
})
