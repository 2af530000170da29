/** One thing that the admin command can do. */
export interface Subcommand {
  readonly meaning: string
  /** The variables that it cannot do without, for people to read. */
  readonly needs: string
  readonly run: () => Promise<void>
}

export interface AdminOutput {
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
}

const exitCodes = { done: 0, failed: 1, misused: 2 } as const

const usage = (subcommands: Readonly<Record<string, Subcommand>>): string => {
  const width = Math.max(...Object.keys(subcommands).map((name) => name.length))
  const lines = Object.entries(subcommands).map(
    ([name, { meaning, needs }]) => `  ${name.padEnd(width)}  ${meaning} (needs ${needs})`,
  )
  return [
    'Usage: npm run admin -- <subcommand>',
    '',
    ...lines,
    '',
    'Each may be run again at any time. The README lists the variables.',
    '',
  ].join('\n')
}

const isHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h' || argument === 'help'

/** Runs the subcommand that the arguments name; resolves with the exit code and never rejects. */
export const runAdmin = async (
  args: readonly string[],
  subcommands: Readonly<Record<string, Subcommand>>,
  { print, complain }: AdminOutput,
): Promise<number> => {
  const [name = '', extra] = args
  if (isHelp(name) || isHelp(extra)) {
    print(usage(subcommands))
    return exitCodes.done
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (subcommand === undefined || extra !== undefined) {
    const unknown = subcommand === undefined ? `subcommand: ${name}` : `argument: ${extra}`
    complain(`admin: ${name === '' ? 'which subcommand?' : `unknown ${unknown}`}\n\n${usage(subcommands)}`)
    return exitCodes.misused
  }
  try {
    await subcommand.run()
    return exitCodes.done
  } catch (error) {
    complain(`admin ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodes.failed
  }
}
