import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { actionNames } from '../../load/scenario/actions.ts'
import { parseScenario } from '../../load/scenario/scenario-file.ts'
import { optionNames } from '../../load/tester/option-values.ts'
import { presets } from '../../load/tester/presets.ts'
import { commandKinds } from '../../support/load/command-kinds.ts'

const read = (path: string): string => readFileSync(new URL(`../../load/${path}`, import.meta.url), 'utf8')
const readme = read('README.md')

describe('The document of the load tester', () => {
  it('has a valid scenario, the same as the example file', () => {
    const [, scenario = ''] = /```json\n(.*?)```/s.exec(readme) ?? []
    expect(parseScenario(scenario).scenario.model).toBe('open')
    expect(read('example-scenario.json')).toBe(scenario)
  })

  it('has a row for each action, each preset and each kind of commands', () => {
    for (const name of [...actionNames, ...Object.keys(presets), ...commandKinds]) expect(readme).toContain(`| \`${name}\` |`)
  })

  it('names only options that exist', () => {
    const others = ['help', 'network', 'rm', 'user', 'web']
    const named = [...readme.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, name = '']) => name)
    const unknown = named.filter((name) => !optionNames.includes(name as never) && !others.includes(name))
    expect(unknown).toEqual([])
  })
})
