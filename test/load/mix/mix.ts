import type { CommandKind } from '../../support/load/command-kinds.ts'
import { commandKinds } from '../../support/load/command-kinds.ts'
import type { Random } from '../../support/simulation/random.ts'

/** The share of each kind in the commands of a load, in percent. The shares add up to 100. */
export type Mix = Readonly<Partial<Record<CommandKind, number>>>

const whole = 100
/** Sums of decimal fractions are inexact. */
const tolerance = 1e-9

const sharePattern = /^\d+(\.\d+)?$/

const isKind = (name: string): name is CommandKind => (commandKinds as readonly string[]).includes(name)

const parseShare = (text: string): readonly [CommandKind, number] => {
  const [name = '', share = '', ...more] = text.split('=')
  if (!isKind(name)) throw new Error(`"${name}" is not one of ${commandKinds.join(', ')}`)
  if (more.length > 0 || !sharePattern.test(share))
    throw new Error(`${name}: "${text}" is not a share; write ${name}=10 for ten percent`)
  return [name, Number(share)]
}

/** `messages=90,reactions=8,edits=2`. Throws an error with the kind and the reason. */
export const parseMix = (text: string): Mix => {
  const shares = text.split(',').map(parseShare)
  const mix: Mix = Object.fromEntries(shares)
  const repeated = shares.find(([name], place) => shares.findIndex(([other]) => other === name) !== place)
  if (repeated !== undefined) throw new Error(`${repeated[0]}: is given twice`)
  const sum = shares.reduce((total, [, share]) => total + share, 0)
  if (Math.abs(sum - whole) > tolerance)
    throw new Error(`the shares add up to ${Number(sum.toFixed(6))}; they must add up to 100`)
  if ((mix.messages ?? 0) === 0) throw new Error('messages: must be above 0, because all other kinds change messages')
  return mix
}

/** The text that `parseMix` reads. */
export const mixText = (mix: Mix): string =>
  Object.entries(mix)
    .map(([kind, share]) => `${kind}=${share}`)
    .join(',')

/** A random kind by its share. */
export const pickKind = (mix: Mix, random: Random): CommandKind => {
  let place = random.next() * whole
  for (const [kind, share] of Object.entries(mix)) {
    place -= share
    if (place < 0) return kind as CommandKind
  }
  return 'messages'
}
