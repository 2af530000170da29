import { statSync } from 'node:fs'
import type { Subcommand } from '../admin.ts'
import { slackLines } from './slack/slack-lines.ts'
import { writeLines } from './write-lines.ts'

const byEmail = '--by-email'

const print = (text: string): void => void process.stderr.write(`${text}\n`)

/** Converts an unpacked export of Slack to the lines of an import. */
export const slackSubcommand: Subcommand = {
  operand: 'FOLDER',
  meaning: 'writes an unpacked export of Slack as JSON lines to stdout, for `admin import`',
  needs: 'no variable',
  flags: { [byEmail]: "users get their e-mail address as external id; without it, Slack's id" },
  run: async (flags, { operand }) => {
    if (statSync(operand, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw new Error(`${operand} is not a folder: unpack the export`)
    const reasons = new Map<string, number>()
    const leftOut = (reason: string): void => void reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    await writeLines(slackLines(operand, { isByEmail: flags.has(byEmail), leftOut }), print)
    for (const [reason, count] of reasons) print(`left out, ${count} times: ${reason}`)
  },
}
