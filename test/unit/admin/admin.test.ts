import { describe, expect, it } from 'vitest'
import { found, runAdmin } from '../../../services/admin/admin.ts'

const run = async (...args: string[]) => {
  const ran: string[] = []
  let printed = ''
  let complained = ''
  const subcommands = {
    migrate: { meaning: 'brings the schema up to date', needs: 'DATABASE_URL', run: async () => void ran.push('migrate') },
    audit: {
      meaning: 'audits',
      needs: 'DATABASE_URL',
      flags: { '--json': 'prints JSON' },
      run: async (flags: ReadonlySet<string>) => {
        ran.push(`audit ${[...flags].join(' ')}`)
        return found
      },
    },
    rebuild: { meaning: 'rebuilds', needs: 'DATABASE_URL', run: () => Promise.reject(new Error('a writer is running')) },
  }
  const code = await runAdmin(args, subcommands, {
    print: (text) => {
      printed += text
    },
    complain: (text) => {
      complained += text
    },
  })
  return { code, ran, printed, complained }
}

describe('the admin command', () => {
  it('runs the subcommand that is named, and that alone', async () => {
    expect(await run('migrate')).toEqual({ code: 0, ran: ['migrate'], printed: '', complained: '' })
  })

  it.each([['--help'], ['-h'], ['help'], ['migrate', '--help']])('explains itself: %s %s', async (...args) => {
    const { code, ran, printed } = await run(...args)
    expect(code).toBe(0)
    expect(ran).toEqual([])
    expect(printed).toContain('migrate  brings the schema up to date (needs DATABASE_URL)')
  })

  it.each([
    [[], 'which subcommand?'],
    [['drop'], 'unknown subcommand: drop'],
    [['toString'], 'unknown subcommand: toString'],
    [['migrate', '--force'], 'unknown argument: --force'],
  ])('refuses %j and lists what there is', async (args, sentence) => {
    const { code, ran, complained } = await run(...args)
    expect(code).toBe(2)
    expect(ran).toEqual([])
    expect(complained).toContain(sentence)
    expect(complained).toContain('rebuild')
  })

  it('passes on the flags that a subcommand has, and tells that it found something by its own code', async () => {
    expect(await run('audit', '--json')).toMatchObject({ code: 3, ran: ['audit --json'] })
    expect(await run('audit', '--all')).toMatchObject({ code: 2, ran: [] })
    expect((await run('--help')).printed).toContain('--json  prints JSON')
  })

  it('says in one sentence what failed', async () => {
    expect(await run('rebuild')).toMatchObject({ code: 1, complained: 'admin rebuild: a writer is running\n' })
  })
})
