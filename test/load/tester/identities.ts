import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Identity } from '../workers/worker-messages.ts'

const run = promisify(execFile)

const togetherMost = 8

/** The subject of a JWT, which is the external id of its user. */
const subjectOf = (token: string): string => {
  const [, payload = ''] = token.split('.')
  try {
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub?: unknown }
    if (typeof sub === 'string') return sub
  } catch {
    // The error below reports it without the token.
  }
  throw new Error('--tokens: a line is not a JWT with a subject')
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`--tokens: cannot read ${file}: ${(error as Error).message}`)
  }
}

/** Reads a file with one token a line, one line for each user. */
export const identitiesFromFile = (file: string, users: number): readonly Identity[] => {
  const tokens = textOf(file)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (tokens.length < users) throw new Error(`--tokens: ${tokens.length} tokens for ${users} users`)
  return tokens.slice(0, users).map((token) => ({ externalId: subjectOf(token), token }))
}

/** Runs the command once for each user, with the external id as its last argument; it prints a token. */
export const identitiesFromCommand = async (command: string, names: readonly string[]): Promise<readonly Identity[]> => {
  const identities: Identity[] = []
  for (let from = 0; from < names.length; from += togetherMost) {
    const some = names.slice(from, from + togetherMost).map(async (externalId) => {
      const { stdout } = await run('/bin/sh', ['-c', `${command} "$1"`, 'sh', externalId])
      return { externalId, token: stdout.trim() }
    })
    identities.push(...(await Promise.all(some)))
  }
  return identities
}
