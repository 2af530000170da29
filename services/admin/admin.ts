/** A subcommand of the admin command. */
export interface Subcommand {
  readonly meaning: string
  /** The required variables, for the help text. */
  readonly needs: string
  /** The optional arguments, each with its meaning. */
  readonly flags?: Readonly<Record<string, string>>
  /** Resolves to `hasFindings` if an operator must look at the output. */
  readonly run: (flags: ReadonlySet<string>) => Promise<unknown>
}

/** The output streams of the admin command. */
export interface AdminOutput {
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
}

/** The result of a subcommand that has run and has findings. */
export const hasFindings = Symbol('has findings')

const exitCodes = { done: 0, failed: 1, misused: 2, hasFindings: 3 } as const

const usage = (subcommands: Readonly<Record<string, Subcommand>>): string => {
  const width = Math.max(...Object.keys(subcommands).map((name) => name.length))
  const lines = Object.entries(subcommands).flatMap(([name, { meaning, needs, flags = {} }]) => [
    `  ${name.padEnd(width)}  ${meaning} (needs ${needs})`,
    ...Object.entries(flags).map(([flag, meaning]) => `  ${''.padEnd(width)}    ${flag}  ${meaning}`),
  ])
  return [
    'Usage: npm run admin -- <subcommand>',
    '',
    ...lines,
    '',
    'Every subcommand can be repeated safely. CONFIGURATION.md lists the variables.',
    '',
  ].join('\n')
}

const isHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h' || argument === 'help'

/** Runs the subcommand that the arguments name. Resolves to the exit code; never rejects. */
export const runAdmin = async (
  args: readonly string[],
  subcommands: Readonly<Record<string, Subcommand>>,
  { print, printError }: AdminOutput,
): Promise<number> => {
  const [name = '', ...rest] = args
  if (isHelp(name) || rest.some(isHelp)) {
    print(usage(subcommands))
    return exitCodes.done
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  const extra = rest.find((flag) => !Object.hasOwn(subcommand?.flags ?? {}, flag))
  if (subcommand === undefined || extra !== undefined) {
    const unknown = subcommand === undefined ? `subcommand: ${name}` : `argument: ${extra}`
    printError(`admin: ${name === '' ? 'missing subcommand' : `unknown ${unknown}`}\n\n${usage(subcommands)}`)
    return exitCodes.misused
  }
  try {
    const result = await subcommand.run(new Set(rest))
    return result === hasFindings ? exitCodes.hasFindings : exitCodes.done
  } catch (error) {
    printError(`admin ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodes.failed
  }
}
