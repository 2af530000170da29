import type { CommandKind } from '../../support/load/command-kinds.ts'
import { commandKinds } from '../../support/load/command-kinds.ts'
import type { Random } from '../../support/simulation/random.ts'
import type { EphemeralKind } from '../ephemeral/ephemeral-counts.ts'
import { ephemeralKinds } from '../ephemeral/ephemeral-counts.ts'

/**
 * The share of each kind in the commands of a load, in percent. The shares add up to 100. The ephemeral kinds have no share:
 * `auto` means that users do it as the messages come.
 */
export type Mix = Readonly<Partial<Record<CommandKind, number> & Record<EphemeralKind, 'auto'>>>

const whole = 100
/** Sums of decimal fractions are inexact. */
const tolerance = 1e-9

const sharePattern = /^\d+(\.\d+)?$/

const isIn = <Name extends string>(names: readonly Name[], name: string): name is Name =>
  (names as readonly string[]).includes(name)

type Entry = readonly [CommandKind, number] | readonly [EphemeralKind, 'auto']

const parseEntry = (text: string): Entry => {
  const [name = '', share = '', ...more] = text.split('=')
  if (isIn(ephemeralKinds, name)) {
    if (more.length > 0 || share !== 'auto') throw new Error(`${name}: "${text}" is not possible; write ${name}=auto`)
    return [name, share]
  }
  if (!isIn(commandKinds, name)) throw new Error(`"${name}" is not one of ${[...commandKinds, ...ephemeralKinds].join(', ')}`)
  if (more.length > 0 || !sharePattern.test(share))
    throw new Error(`${name}: "${text}" is not a share; write ${name}=10 for ten percent`)
  return [name, Number(share)]
}

/** `messages=90,reactions=8,edits=2,typing=auto`. Throws an error with the kind and the reason. */
export const parseMix = (text: string): Mix => {
  const entries = text.split(',').map(parseEntry)
  const repeated = entries.find(([name], place) => entries.findIndex(([other]) => other === name) !== place)
  if (repeated !== undefined) throw new Error(`${repeated[0]}: is given twice`)
  const shares = entries.flatMap(([, share]) => (share === 'auto' ? [] : [share]))
  const mix: Mix = Object.fromEntries(entries)
  if (shares.length === 0) return { messages: whole, ...mix }
  const sum = shares.reduce((total, share) => total + share, 0)
  if (Math.abs(sum - whole) > tolerance)
    throw new Error(`the shares add up to ${Number(sum.toFixed(6))}; they must add up to 100`)
  if ((mix.messages ?? 0) === 0) throw new Error('messages: must be above 0, because all other kinds change messages')
  return mix
}

/** The kinds that have no share. */
export const ephemeralKindsOf = (
  mix: Readonly<Partial<Record<EphemeralKind, 'auto' | undefined>>> = {},
): readonly EphemeralKind[] => ephemeralKinds.filter((kind) => mix[kind] === 'auto')

/** The kinds of commands that have a share. */
export const commandKindsOf = (mix: Mix = {}): readonly CommandKind[] => commandKinds.filter((kind) => mix[kind] !== undefined)

/** The text that `parseMix` reads. */
export const mixText = (mix: Mix): string =>
  Object.entries(mix)
    .map(([kind, share]) => `${kind}=${share}`)
    .join(',')

/** A random kind of commands by its share. */
export const pickKind = (mix: Mix, random: Random): CommandKind => {
  let place = random.next() * whole
  for (const kind of commandKindsOf(mix)) {
    place -= mix[kind] ?? 0
    if (place < 0) return kind
  }
  return 'messages'
}
