import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asyncapiDocument } from '../../shared/protocol/asyncapi.ts'
import { emit } from './emit.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** The exports of `chat-client`: values and types, by file. */
const exported: Readonly<Record<string, { readonly values?: readonly string[]; readonly types?: readonly string[] }>> = {
  'client/connect': { values: ['connect'] },
  'client/chat-error': { values: ['ChatError'], types: ['ChatErrorCode', 'ClientErrorCode'] },
  'client/new-id': { values: ['newId'] },
  'client/chat-client': { types: ['CallOptions', 'ChatClient', 'ConnectOptions', 'MessageDraft', 'Person'] },
  'client/chat-events': {
    types: ['ChatEvents', 'ChatState', 'JoinedChat', 'LeftRoom', 'MembersChange', 'PassedFrame', 'ResetRoom', 'RoomMessage'],
  },
  'client/client-times': { types: ['ClientTimes'] },
  'client/history': { types: ['HistoryOptions', 'ListedChat', 'PageOptions'] },
  'client/socket': { types: ['Socket', 'SocketConstructor'] },
  'client/token-source': { types: ['GetToken'] },
  'domain/events': { types: ['Chat', 'Membership', 'Message', 'User'] },
}

/** The protocol's schemas and tables, each under `chat-client/protocol/…`. */
const protocol = ['answers', 'close-codes', 'errors', 'limits', 'requests'].map((name) => `protocol/${name}`)

const entryLines = (kind: 'values' | 'types'): string[] =>
  Object.entries(exported).flatMap(([file, names]) => {
    const named = names[kind]
    return named === undefined ? [] : [`export ${kind === 'types' ? 'type ' : ''}{ ${named.join(', ')} } from './${file}.js'`]
  })

const manifest = (): object => {
  const { version, license, dependencies } = JSON.parse(read('package.json')) as {
    readonly version: string
    readonly license: string
    readonly dependencies: { readonly zod: string }
  }
  return {
    name: 'chat-client',
    version,
    description: 'A client of the chat service, for browsers and Node',
    license,
    type: 'module',
    engines: { node: '>=22' },
    sideEffects: false,
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './protocol/*': { types: './protocol/*.d.ts', default: './protocol/*.js' },
      './asyncapi.json': './asyncapi.json',
      './package.json': './package.json',
    },
    // Only the schemas of `./protocol` use it, not the client.
    dependencies: { zod: `^${dependencies.zod}` },
  }
}

/** Writes the files of the client package to an empty folder. */
export const clientPackage = async (folder: string): Promise<void> => {
  await emit(
    [...Object.keys(exported), ...protocol].map((file) => `${file}.ts`),
    folder,
  )
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('index.js', `${entryLines('values').join('\n')}\n`)
  write('index.d.ts', `${[...entryLines('values'), ...entryLines('types')].join('\n')}\n`)
  write('package.json', `${JSON.stringify(manifest(), null, 2)}\n`)
  write('asyncapi.json', `${JSON.stringify(asyncapiDocument(), null, 2)}\n`)
  write('README.md', read('shared/client/README.md').replaceAll('](../protocol/', '](protocol/'))
  write('protocol/PROTOCOL.md', read('shared/protocol/PROTOCOL.md').replaceAll(/\]\(([a-z-]+)\.ts\)/g, ']($1.d.ts)'))
  copyFileSync(new URL('LICENSE', root), join(folder, 'LICENSE'))
}
