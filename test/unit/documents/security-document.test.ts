import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ratesTable } from '../../../shared/runtime/config/rates.ts'
import { settings, variableName } from '../../../shared/runtime/config/settings.ts'

const root = new URL('../../../', import.meta.url)
const text = (file: string): string => readFileSync(new URL(file, root), 'utf8')
const document = text('SECURITY.md')
const attempts = text('test/security/README.md')

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>
}

const { packages } = JSON.parse(text('package-lock.json')) as Lock

/** All versions of a package in the dependency tree. */
const installed = (name: string): string[] =>
  Object.entries(packages).flatMap(([path, { version }]) => (path.endsWith(`node_modules/${name}`) && version ? [version] : []))

const rows = (markdown: string, heading: string): string[][] =>
  (markdown.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )

const advisories = rows(document, 'Advisories').map(([name = '', advisory = '', , fixed = '']) => ({
  name: name.replaceAll('`', ''),
  advisory,
  fixed,
}))

const isAtLeast = (version: string, least: string): boolean => {
  const [have, want] = [version, least].map((each) => each.split(/[.-]/).map(Number)) as [number[], number[]]
  const at = want.findIndex((part, index) => part !== (have[index] ?? 0))
  return at < 0 || (have[at] ?? 0) > (want[at] ?? 0)
}

describe('Versions', () => {
  it.each([
    ['8.21.0', '8.21.0', true],
    ['8.21.1', '8.21.0', true],
    ['9.0.0', '8.21.0', true],
    ['8.20.9', '8.21.0', false],
    ['8.3.0', '8.21.0', false],
  ])('of %s are at least %s: %s', (version, least, holds) => {
    expect(isAtLeast(version, least)).toBe(holds)
  })
})

describe('SECURITY.md', () => {
  it.each(advisories)('lists $advisory of $name, which is fixed in every installed version', ({ name, fixed }) => {
    expect(installed(name).length).toBeGreaterThan(0)
    expect(installed(name).filter((version) => !isAtLeast(version, fixed))).toEqual([])
  })

  it('lists advisories', () => {
    expect(advisories.length).toBeGreaterThanOrEqual(8)
  })

  it('gives the reason for every rate', () => {
    for (const name of Object.keys(ratesTable)) expect(document).toContain(`\`${variableName(name)}\``)
  })

  it('names only existing variables', () => {
    const all = new Set(Object.values(settings).flatMap((group) => Object.keys(group)))
    const named = [...document.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !all.has(name))).toEqual([])
    expect(named.length).toBeGreaterThan(20)
  })

  it('links only to existing files', () => {
    const links = [...document.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path)
    expect(links.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  })
})

describe('The thirty attacks', () => {
  const table = rows(attempts, 'Attempts')

  it('are numbered from 1 to 30', () => {
    expect(table.map(([number]) => Number(number))).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
  })

  it.each(table.map(([number = '', what = '', , , tests = '']) => ({ number, what, tests })))(
    'name the test files of attack $number: $what',
    ({ tests }) => {
      const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)
      expect(files.length).toBeGreaterThan(0)
      expect(files.filter((file) => !existsSync(new URL(`test/${file}`, root)))).toEqual([])
    },
  )
})

const scripts = (JSON.parse(text('package.json')) as { readonly scripts: Readonly<Record<string, string>> }).scripts

const filesIn = (cell: string): string[] => [...cell.matchAll(/test\/[\w./-]+/g)].map(([file]) => file)

const missing = (files: readonly string[]): string[] => files.filter((file) => !existsSync(new URL(file, root)))

describe('The findings of the hostile reading', () => {
  const table = rows(attempts, 'From a hostile reading')

  it('have at least one row each, in ascending order', () => {
    const numbers = table.map(([number]) => Number(number))
    expect([...new Set(numbers)]).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
  })

  it.each(table.map(([number = '', what = '', before = '', now = '', command = '']) => ({ number, what, before, now, command })))(
    'state the observation of $number, with existing commands and files: $what',
    ({ before, now, command }) => {
      expect(before).not.toBe('')
      expect(now).not.toBe('')
      expect(missing(filesIn(command))).toEqual([])
      const named = [...command.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name)
      expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
      expect(command).toMatch(/npm (test|run)|^the same$/)
    },
  )
})

describe('Past vulnerabilities', () => {
  const table = rows(document, 'Past vulnerabilities')

  it.each(table.map(([number = '', what = '', tests = '']) => ({ number, what, tests })))(
    'name existing test files for $number: $what',
    ({ tests }) => {
      expect(filesIn(tests).length).toBeGreaterThan(0)
      expect(missing(filesIn(tests))).toEqual([])
    },
  )

  it('are findings of the hostile reading', () => {
    const findings = new Set(rows(attempts, 'From a hostile reading').map(([number]) => number))
    expect(table.length).toBeGreaterThan(0)
    expect(table.filter(([number]) => !findings.has(number))).toEqual([])
  })
})
