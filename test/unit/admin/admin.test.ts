import { describe, expect, it } from 'vitest'
import type { AdminArguments } from '../../../services/admin/admin.ts'
import { hasFindings, runAdmin } from '../../../services/admin/admin.ts'

const run = async (...args: string[]) => {
  const ran: string[] = []
  let printed = ''
  let errors = ''
  const subcommands = {
    migrate: { meaning: 'migrates the schema', needs: 'DATABASE_URL', run: async () => void ran.push('migrate') },
    audit: {
      meaning: 'audits',
      needs: 'DATABASE_URL',
      flags: { '--json': 'prints JSON' },
      run: async (flags: ReadonlySet<string>) => {
        ran.push(`audit ${[...flags].join(' ')}`)
        return hasFindings
      },
    },
    import: {
      meaning: 'imports',
      needs: 'DATABASE_URL',
      operand: 'FILE',
      flags: { '--dry-run': 'checks', '--rate=': 'commands a second' },
      run: async (flags: ReadonlySet<string>, { operand, values }: AdminArguments) =>
        void ran.push(`import ${operand} ${[...flags].join(' ')} ${values.get('--rate') ?? ''}`),
    },
    rebuild: { meaning: 'rebuilds', needs: 'DATABASE_URL', run: () => Promise.reject(new Error('a writer is running')) },
  }
  const code = await runAdmin(args, subcommands, {
    print: (text) => {
      printed += text
    },
    printError: (text) => {
      errors += text
    },
  })
  return { code, ran, printed, errors }
}

describe('The admin command', () => {
  it('runs only the named subcommand', async () => {
    expect(await run('migrate')).toEqual({ code: 0, ran: ['migrate'], printed: '', errors: '' })
  })

  it.each([['--help'], ['-h'], ['help'], ['migrate', '--help']])('prints its help: %s %s', async (...args) => {
    const { code, ran, printed } = await run(...args)
    expect(code).toBe(0)
    expect(ran).toEqual([])
    expect(printed).toContain('migrate  migrates the schema (needs DATABASE_URL)')
  })

  it.each([
    [[], 'missing subcommand'],
    [['drop'], 'unknown subcommand: drop'],
    [['toString'], 'unknown subcommand: toString'],
    [['migrate', '--force'], 'unknown argument: --force'],
    [['migrate', 'now'], 'unknown argument: now'],
    [['import'], 'missing argument: FILE'],
    [['import', 'x.jsonl', 'y.jsonl'], 'unknown argument: y.jsonl'],
    [['import', 'x.jsonl', '--rate'], 'unknown argument: --rate'],
    [['import', 'x.jsonl', '--dry-run=yes'], 'unknown argument: --dry-run=yes'],
  ])('refuses %j and lists the subcommands', async (args, sentence) => {
    const { code, ran, errors } = await run(...args)
    expect(code).toBe(2)
    expect(ran).toEqual([])
    expect(errors).toContain(sentence)
    expect(errors).toContain('rebuild')
  })

  it('passes an operand and the values of arguments to a subcommand, in any order', async () => {
    expect(await run('import', '--rate=500', 'x.jsonl', '--dry-run')).toMatchObject({
      code: 0,
      ran: ['import x.jsonl --dry-run 500'],
    })
  })

  it('passes known flags to a subcommand, and exits with a code of its own if there are findings', async () => {
    expect(await run('audit', '--json')).toMatchObject({ code: 3, ran: ['audit --json'] })
    expect(await run('audit', '--all')).toMatchObject({ code: 2, ran: [] })
    expect((await run('--help')).printed).toContain('--json  prints JSON')
  })

  it('prints the reason of a failure in one line', async () => {
    expect(await run('rebuild')).toMatchObject({ code: 1, errors: 'admin rebuild: a writer is running\n' })
  })
})
