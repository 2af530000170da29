import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { parseJson } from '../../../../shared/protocol/parse-json.ts'
import type { Line } from '../lines.ts'
import { formatVersion } from '../lines.ts'
import type { SlackWorkspace } from './slack-chat.ts'
import { createSlackChat } from './slack-chat.ts'
import type { SlackChannel, SlackUser } from './slack-schemas.ts'
import { instantOf, slackChannel, slackMessage, slackUser } from './slack-schemas.ts'

/** Options of the conversion. */
export interface SlackOptions {
  /** Users get their e-mail address as external id, where they have one; otherwise Slack's id. */
  readonly isByEmail: boolean
  /** Called for each part that is left out. */
  readonly leftOut: (reason: string) => void
}

/** The entries of a list in a JSON file, which may be absent. */
const listIn = <Schema extends z.ZodType>(file: string, schema: Schema, leftOut: SlackOptions['leftOut']): z.output<Schema>[] => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const value = parseJson(text)
  if (!Array.isArray(value)) {
    leftOut('a file is no JSON list')
    return []
  }
  return value.flatMap((entry) => {
    const parsed = schema.safeParse(entry)
    if (parsed.success) return [parsed.data]
    leftOut('an entry of a file does not have the form that Slack documents')
    return []
  })
}

const daysIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d{4}-\d\d-\d\d\.json$/.test(name))
      .sort()
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

const isText = (value: string | undefined): value is string => value !== undefined && value !== ''
const plain = (text: string, chars: number): string => text.replaceAll('\0', '').slice(0, chars).toWellFormed()

const displayName = ({ id, name, profile }: SlackUser): string =>
  plain([profile?.display_name, profile?.real_name, name].find(isText) ?? id, 200)

const workspaceOf = (users: readonly SlackUser[], createdAt: string, { isByEmail, leftOut }: SlackOptions): SlackWorkspace => {
  const known = new Map(users.map((user) => [user.id, user]))
  const written = new Set<string>()
  const nameOf = (user: string): string => {
    const found = known.get(user)
    return found === undefined ? user : displayName(found)
  }
  const userLines = (id: string, name?: string): readonly Line[] => {
    if (written.has(id)) return []
    written.add(id)
    const profile = known.get(id)?.profile
    const email = isByEmail && isText(profile?.email) ? plain(profile.email, 200) : ''
    const image = profile?.image_192
    const externalUserId = email === '' ? id : email
    const called = plain(known.has(id) ? nameOf(id) : (name ?? id), 200)
    return [
      {
        kind: 'user',
        id,
        externalUserId,
        name: called,
        ...(isText(image) ? { image: plain(image, 1_024) } : {}),
        created_at: createdAt,
      },
    ]
  }
  return { userLines, nameOf, leftOut }
}

const channelFiles = ['channels.json', 'groups.json', 'mpims.json', 'dms.json'] as const

/** The lines of an unpacked export of Slack. One day of one channel is in memory at a time. Never throws for malformed content. */
export function* slackLines(folder: string, options: SlackOptions): Generator<Line> {
  const { leftOut } = options
  const users = listIn(join(folder, 'users.json'), slackUser, leftOut)
  const listed = channelFiles.flatMap((name) => listIn(join(folder, name), slackChannel, leftOut))
  const channels = [...new Map(listed.map((channel): [string, SlackChannel] => [channel.id, channel])).values()]
  const begun = channels.flatMap(({ created }) => (created === undefined ? [] : [created]))
  const createdAt = instantOf(begun.length === 0 ? 0 : Math.min(...begun))
  const workspace = workspaceOf(users, createdAt, options)
  yield { kind: 'export', version: formatVersion, source: 'slack' }
  yield* users.flatMap(({ id }) => workspace.userLines(id))
  for (const channel of channels) {
    const chat = createSlackChat(channel, workspace, channel.created === undefined ? createdAt : instantOf(channel.created))
    yield* chat.begin()
    for (const day of daysIn(join(folder, channel.name ?? channel.id))) {
      const messages = listIn(day, slackMessage, leftOut)
      for (const message of messages.toSorted((a, b) => Number(a.ts) - Number(b.ts))) yield* chat.message(message)
    }
    yield* chat.end()
  }
}
