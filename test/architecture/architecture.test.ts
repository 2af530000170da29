import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Violation } from './cruise.ts'
import { cruise, projectFolder } from './cruise.ts'

const { default: config } = (await import('../../.dependency-cruiser.js' as string)) as {
  default: { forbidden: readonly { name: string }[] }
}

/** The rules about the order of folders, each with the outermost folder of its part. */
const folderRules = Object.entries({
  'services/gateway': 'server',
  'infra/kafka': 'consumer',
  'infra/postgres': 'pglite',
  'shared/runtime': 'process',
}).flatMap(([part, outer]) =>
  config.forbidden.filter(({ name }) => name.startsWith(`${part}/`)).map(({ name }) => ({ name, part, outer })),
)

/** Each file breaks one rule. */
const offences: readonly { readonly rule: string; readonly file: string; readonly text: string }[] = [
  { rule: 'no-cycles', file: 'shared/runtime/one.ts', text: `import { two } from './two.ts'\nexport const one = () => two` },
  { rule: 'shared-imports-shared', file: 'shared/runtime/a.ts', text: `import { redis } from '../../infra/redis/redis.ts'` },
  {
    rule: 'shared-imports-shared',
    file: 'shared/runtime/typed.ts',
    text: `import type { Room } from '../../services/gateway/room.ts'`,
  },
  { rule: 'shared-packages', file: 'shared/runtime/b.ts', text: `import WebSocket from 'ws'` },
  { rule: 'browser-packages', file: 'shared/client/c.ts', text: `import { pino } from 'pino'` },
  { rule: 'browser-packages', file: 'shared/domain/c.ts', text: `import { two } from '../runtime/two.ts'` },
  { rule: 'domain-alone', file: 'shared/domain/r.ts', text: `import { frame } from '../protocol/frames.ts'` },
  { rule: 'browser-no-node', file: 'shared/protocol/d.ts', text: `import { randomUUID } from 'node:crypto'` },
  { rule: 'react-bindings', file: 'shared/client/react.ts', text: `import { pino } from 'pino'` },
  { rule: 'client-without-react', file: 'shared/client/q.ts', text: `import { useChat } from './react.ts'` },
  { rule: 'infra-not-services', file: 'infra/redis/e.ts', text: `import type { Room } from '../../services/gateway/room.ts'` },
  { rule: 'only-main-imports-infra', file: 'services/gateway/f.ts', text: `import { redis } from '../../infra/redis/redis.ts'` },
  { rule: 'services-apart', file: 'services/writer/g.ts', text: `import type { Room } from '../gateway/room.ts'` },
  { rule: 'services-apart', file: 'services/writer/n.ts', text: `import '../web/build.ts'` },
  { rule: 'page-in-browser', file: 'services/web/src/o.ts', text: `import { two } from '../../../shared/runtime/two.ts'` },
  { rule: 'page-no-node', file: 'services/web/src/p.ts', text: `import { randomUUID } from 'node:crypto'` },
  { rule: 'declared-packages', file: 'services/web/serve.ts', text: `import fc from 'fast-check'` },
  { rule: 'services-not-test', file: 'services/gateway/h.ts', text: `import { rig } from '../../test/rig.ts'` },
  { rule: 'main-is-an-end', file: 'services/gateway/i.ts', text: `import './main.ts'` },
  { rule: 'drivers-in-infra', file: 'services/writer/j.ts', text: `import { Kafka } from 'kafkajs'` },
  { rule: 'drivers-in-infra', file: 'services/writer/main.ts', text: `import type { Redis } from 'ioredis'` },
  { rule: 'drivers-in-infra', file: 'services/writer/k.ts', text: `export const load = () => import('@mikro-orm/postgresql')` },
  { rule: 'declared-packages', file: 'services/writer/l.ts', text: `import fc from 'fast-check'` },
  ...folderRules.map(({ name, outer }) => ({
    rule: name,
    file: `${name}/inner.ts`,
    text: `import type { Outer } from '../${outer}/outer.ts'\nexport type Inner = Outer`,
  })),
  { rule: 'resolvable', file: 'infra/redis/m.ts', text: `export { gone } from './gone.ts'` },
]

/** Files that break no rule. */
const honest: Readonly<Record<string, string>> = {
  ...Object.fromEntries(folderRules.map(({ part, outer }) => [`${part}/${outer}/outer.ts`, 'export type Outer = string'])),
  'shared/runtime/two.ts': `import { one } from './one.ts'\nexport const two = () => one`,
  'shared/protocol/frames.ts': `import { z } from 'zod'\nexport const frame = z.string()`,
  'services/gateway/room.ts': `import type { two } from '../../shared/runtime/two.ts'\nexport type Room = typeof two`,
  'services/gateway/main.ts': `import { redis } from '../../infra/redis/redis.ts'\nawait using held = redis as never\nexport {}`,
  'services/embedded/main.ts': `import type { Room } from '../gateway/room.ts'\nimport '../../infra/redis/redis.ts'\nexport type All = Room`,
  'services/web/build.ts': `import fc from 'fast-check'\nexport const build = fc`,
  'services/web/src/page.ts': `import fc from 'fast-check'\nimport { frame } from '../../../shared/protocol/frames.ts'\nexport const page = [fc, frame]`,
  'infra/redis/redis.ts': `import { Redis } from 'ioredis'\nimport { two } from '../../shared/runtime/two.ts'\nexport const redis = [Redis, two]`,
  'test/rig.ts': `import { Kafka } from 'kafkajs'\nimport { redis } from '../infra/redis/redis.ts'\nexport const rig = [Kafka, redis]`,
}

const packages = ['ws', 'pino', 'zod', 'kafkajs', 'ioredis', '@mikro-orm/postgresql']

const writeFile = (folder: string, name: string, text: string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), `${text}\n`)
}

const writeTree = (folder: string): void => {
  const dependencies = Object.fromEntries(packages.map((name) => [name, '1.0.0']))
  writeFile(folder, 'package.json', JSON.stringify({ type: 'module', dependencies, devDependencies: { 'fast-check': '1.0.0' } }))
  for (const name of [...packages, 'fast-check']) {
    writeFile(folder, `node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    writeFile(folder, `node_modules/${name}/index.js`, 'module.exports = {}')
  }
  for (const [name, text] of Object.entries(honest)) writeFile(folder, name, text)
  for (const { file, text } of offences) writeFile(folder, file, text)
}

describe('the import rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-architecture-'))
  let found: readonly Violation[] = []

  beforeAll(() => {
    writeTree(folder)
    found = cruise(folder).violations
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(offences)('include $rule, which rejects $file', ({ rule, file }) => {
    expect(found.filter(({ from }) => from === file).map((violation) => violation.rule)).toContain(rule)
  })

  it('accept all other files', () => {
    const guilty = new Set([...offences.map(({ file }) => file), 'shared/runtime/two.ts'])
    expect(found.filter(({ from }) => !guilty.has(from))).toEqual([])
  })

  it('each have a file that breaks them', () => {
    expect(new Set(offences.map(({ rule }) => rule))).toEqual(new Set(config.forbidden.map(({ name }) => name)))
  })
})

describe('this project', () => {
  const sources = globSync(['shared/**/*.ts', 'services/**/*.{ts,tsx}', 'infra/**/*.ts', 'test/**/*.ts'], { cwd: projectFolder })

  it('satisfies the import rules in every file', () => {
    const { violations, files } = cruise(projectFolder)
    expect(violations).toEqual([])
    expect(sources.filter((file) => !files.includes(file))).toEqual([])
  })

  it('reads the environment in one file', () => {
    const allowed = /^(test\/|infra\/(native|docker)\/|shared\/runtime\/config\/config\.ts$)/
    const readers = sources.filter((file) =>
      /process\.env\b|(?:from|import\() ?['"](?:node:)?process['"]/.test(readFileSync(join(projectFolder, file), 'utf8')),
    )
    expect(readers).toContain('shared/runtime/config/config.ts')
    expect(readers.filter((file) => !allowed.test(file))).toEqual([])
  })

  it('has no file over 400 lines', () => {
    const long = sources.filter((file) => readFileSync(join(projectFolder, file), 'utf8').split('\n').length > 401)
    expect(long).toEqual([])
  })
})
