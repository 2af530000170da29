import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { callEvents } from '../../../shared/protocol/call-events.ts'
import { errors } from '../../../shared/protocol/errors.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { openapiDocument } from '../../../shared/protocol/openapi.ts'

interface Media {
  readonly 'application/json': { readonly schema: Schema; readonly example?: Readonly<Record<string, unknown>> }
}
interface Schema {
  readonly properties: Readonly<Record<string, Schema>>
  readonly required: readonly string[]
  readonly additionalProperties: boolean
  readonly maxLength?: number
}
interface Document {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly post: { readonly requestBody: { readonly content: Media }; readonly responses: Readonly<Record<string, object>> }
      }
    >
  >
}

const document = openapiDocument() as Document
type Post = Document['paths'][string]['post']
const postOf = ({ paths }: Document, event: string): Post => (paths[`/api/v1/${event}`] as Document['paths'][string]).post
const bodyOf = (post: Post): Media['application/json'] => post.requestBody.content['application/json']
const operations = callEvents.map((event) => ({ event, post: postOf(document, event) }))

describe('the OpenAPI document', () => {
  it('is a valid OpenAPI document', async () => {
    const { valid, errors: found } = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    )
    expect(found).toBeUndefined()
    expect(valid).toBe(true)
  })

  it('is printed by npm run openapi', () => {
    const folder = fileURLToPath(new URL('../../..', import.meta.url))
    const { stdout } = spawnSync(process.execPath, ['shared/runtime/process/print-openapi.ts'], { cwd: folder, encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(document)))
  })

  it.each(operations)('has a request body for $event that is the frame without event, id and after', ({ post }) => {
    const { schema, example } = bodyOf(post)
    expect(schema.additionalProperties).toBe(false)
    expect(Object.keys(schema.properties)).not.toContain('event')
    expect(Object.keys(schema.properties)).not.toContain('id')
    expect(Object.keys(schema.properties)).not.toContain('after')
    expect(schema.required).toContain('body')
    expect(Object.keys(example ?? {}).filter((name) => !(name in schema.properties))).toEqual([])
    expect(example).toHaveProperty('body')
  })

  it.each(operations)('lists every status of $event', ({ post }) => {
    const statuses = [200, 413, 415, ...Object.values(errors).map(({ status }) => status)]
    expect(new Set(Object.keys(post.responses))).toEqual(new Set(statuses.map(String)))
  })

  it('states the limits of the settings', () => {
    const { schema } = bodyOf(postOf(openapiDocument({ ...defaultLimits, msgChars: 77 }) as Document, 'new-message'))
    expect(schema.properties.body?.properties.msg?.maxLength).toBe(77)
  })
})
