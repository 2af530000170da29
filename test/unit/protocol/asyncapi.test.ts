import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Parser } from '@asyncapi/parser'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { answerFrames, errorFrame, feedEvents, feedFrames, serverPushes } from '../../../shared/protocol/answers.ts'
import { asyncapiDocument } from '../../../shared/protocol/asyncapi.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { requestEvents, requestSchemas } from '../../../shared/protocol/requests.ts'
import { examples } from './protocol-document.ts'
import { fieldsIn, fieldsOf } from './schema-fields.ts'

interface Document {
  readonly servers: { readonly gateway: { readonly host: string } }
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly examples?: readonly { readonly payload: object }[] }>>
    readonly schemas: Readonly<Record<string, object>>
  }
}

const document = asyncapiDocument() as Document
const schemaOf = (name: string): z.ZodType | undefined => {
  const [event = '', kind] = name.split('.')
  const table: Readonly<Record<string, z.ZodType>> =
    kind === 'request'
      ? requestSchemas(defaultLimits)
      : kind === 'answer'
        ? answerFrames
        : kind === 'feed'
          ? feedFrames
          : { ...serverPushes, error: errorFrame }
  return table[event]
}
const shown = examples.filter(({ text }) => text.startsWith('{')).map(({ text }) => JSON.parse(text) as object)
const entries = Object.entries(document.components.messages)

/** The parser is slow, above all on a busy machine. */
const slow = { timeout: 180_000 }

describe('the AsyncAPI document', () => {
  it('is valid for the official parser, without remarks', slow, async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document))
    const remarks = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')
    expect(remarks.map(({ message, path }) => `${path.join('.')}: ${message}`)).toEqual([])
    expect(parsed?.operations().all().length).toBe(requestEvents.length + 1 + Object.keys(serverPushes).length)
  })

  it('is invalid with a dangling reference', slow, async () => {
    const broken = JSON.stringify(document).replaceAll('#/components/schemas/ping.request', '#/components/schemas/nothing')
    const { diagnostics } = await new Parser().parse(broken)
    expect(diagnostics.length).toBeGreaterThan(0)
  })

  it('has the version that model generators support', () => {
    expect((document as unknown as { readonly asyncapi: string }).asyncapi).toBe('3.0.0')
  })

  it('gives every object, choice and enumeration a unique name, for generated models', () => {
    const titles: string[] = []
    const nameless: string[] = []
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return
      const { type, anyOf, title, enum: values } = value as Readonly<Record<string, unknown>>
      if (type === 'object' || (anyOf ?? values) !== undefined) {
        if (typeof title === 'string') titles.push(title)
        else nameless.push(path)
      }
      for (const [name, inner] of Object.entries(value)) visit(inner, `${path}/${name}`)
    }
    visit(document.components.schemas, '')
    expect(nameless).toEqual([])
    expect(titles).toEqual([...new Set(titles)])
    expect(titles).toEqual(expect.arrayContaining(['User', 'NewMessageRequest', 'NewMessageRequestBody', 'Error', 'Drain']))
  })

  it('contains every frame of the protocol', () => {
    const names = [
      ...requestEvents.flatMap((event) => [`${event}.request`, `${event}.answer`]),
      ...feedEvents.map((event) => `${event}.feed`),
      ...Object.keys(serverPushes),
      'error',
    ]
    expect(new Set(entries.map(([name]) => name))).toEqual(new Set(names))
  })

  it.each(entries)('has an example for %s that is valid and is in PROTOCOL.md', (name, { examples: given = [] }) => {
    for (const { payload } of given) {
      const schema = schemaOf(name) as z.ZodType
      expect(schema.safeParse(payload).error).toBeUndefined()
      const data = ['body.data', 'body.chat.data', 'body.message.data', 'body.user.data']
      const maps = ['body.rooms', 'body.users', 'body.others', 'body.unread', 'body.put.headers', ...data, 'error.details']
      expect(fieldsOf(schema)).toEqual(expect.arrayContaining(fieldsIn(payload, maps)))
      expect(shown).toContainEqual(payload)
    }
  })

  it('has an example for every frame, except for answers equal to another one', () => {
    const without = entries.filter(([, { examples: given }]) => given === undefined).map(([name]) => name)
    expect(without).toEqual([
      'create-chat.answer',
      'add-users.answer',
      'remove-users.answer',
      'edit-message.answer',
      'delete-message.answer',
      'set-reaction.answer',
      'set-pin.answer',
      'update-chat.answer',
      'update-members.answer',
    ])
  })

  it('states the limits of a service with other settings', () => {
    const narrow = asyncapiDocument({ ...defaultLimits, msgChars: 7 }, 'chat.example') as Document
    expect(JSON.stringify(narrow.components.schemas['new-message.request'])).toContain('"maxLength":7')
    expect(narrow.servers.gateway.host).toBe('chat.example')
  })

  it('is printed by its script', () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url))
    const { stdout, status } = spawnSync(process.execPath, ['shared/runtime/process/print-asyncapi.ts'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect([status, JSON.parse(stdout)]).toEqual([0, JSON.parse(JSON.stringify(document))])
  })
})
