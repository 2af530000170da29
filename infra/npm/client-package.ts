import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asyncapiDocument } from '../../shared/protocol/asyncapi.ts'
import { commonJs, emit } from './emit.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

type Exported = Readonly<Record<string, { readonly values?: readonly string[]; readonly types?: readonly string[] }>>

/** The exports of `chat-client`: per file, its values and its types. */
const exported: Exported = {
  'client/connect': { values: ['connect'] },
  'client/chat-error': { values: ['ChatError'], types: ['ChatErrorCode', 'ClientErrorCode'] },
  'client/new-id': { values: ['newId'] },
  'client/call-types': {
    types: [
      'CallOptions',
      'ChangeOptions',
      'FileAddress',
      'FileDescription',
      'FileUpload',
      'MessageContent',
      'MessageDraft',
      'MessageVersion',
      'Person',
      'Reaction',
      'SetOptions',
      'UserRef',
    ],
  },
  'client/chat-client': { types: ['ChatClient', 'ConnectOptions', 'CoreClient'] },
  'client/chat-events': {
    types: [
      'ChatEvents',
      'ConnectionState as ChatState',
      'ContentChange',
      'JoinedChat',
      'LeftRoom',
      'MembersChange',
      'MessageChange',
      'MissedChanges',
      'PassedFrame',
      'PinChange',
      'ReactionChange',
      'ResetRoom',
      'RoomMessage',
    ],
  },
  'client/client-times': { types: ['ClientTimes'] },
  'client/observation': { types: ['ClientLogger', 'ClientMetrics'] },
  'client/refused-connection': { types: ['Fetch'] },
  'client/room': { types: ['MessageFilter', 'MessageList', 'Room', 'RoomEventMap'] },
  'client/room-calls': { types: ['RoomCalls'] },
  'client/unsent': { types: ['UnsentStorage'] },
  'client/history': { types: ['HistoryOptions', 'ListedChat', 'PageOptions', 'ReactionOptions'] },
  'client/socket': { types: ['Socket', 'SocketConstructor'] },
  'client/token-source': { types: ['GetToken'] },
  'domain/events': { types: ['Attachment', 'Chat', 'JsonObject', 'Membership', 'Mentions', 'Message', 'User'] },
}

/** The exports of `chat-client/core`. */
const exportedForCore: Exported = {
  'client/connect-core': { values: ['connectCore'] },
  'client/chat-client': { types: ['ConnectOptions', 'CoreClient'] },
}

/** The exports of `chat-client/files`. */
const exportedForFiles: Exported = {
  'client/files': { values: ['upload'], types: ['UploadedFile', 'UploadOptions'] },
}

/** The protocol's schemas and tables, each under `chat-client/protocol/…`. */
const protocol = ['answers', 'close-codes', 'errors', 'limits', 'requests'].map((name) => `protocol/${name}`)

/** The exports of `chat-client/react`. */
const exportedForReact: Exported = {
  'client/react': { values: ['useChat', 'useMessages'], types: ['Messages', 'UseChatResult', 'UseMessagesOptions'] },
}

const entryLines = (from: Exported, kind: 'values' | 'types'): string[] =>
  Object.entries(from).flatMap(([file, names]) => {
    const named = names[kind]
    return named === undefined ? [] : [`export ${kind === 'types' ? 'type ' : ''}{ ${named.join(', ')} } from './${file}.js'`]
  })

/** `import` finds modules, and `require` finds CommonJS, each with its types. */
const inBothFormats = (path: string) => ({
  import: { types: `./${path}.d.ts`, default: `./${path}.js` },
  require: { types: `./cjs/${path}.d.ts`, default: `./cjs/${path}.js` },
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
    engines: { node: '>=20' },
    sideEffects: false,
    exports: {
      '.': inBothFormats('index'),
      './core': inBothFormats('core'),
      './files': inBothFormats('files'),
      './react': inBothFormats('react'),
      './protocol/*': inBothFormats('protocol/*'),
      './asyncapi.json': './asyncapi.json',
      './package.json': './package.json',
    },
    peerDependencies: { react: '>=18' },
    peerDependenciesMeta: { react: { optional: true } },
    // For the schemas of `./protocol`; the client itself does not load it.
    dependencies: { zod: `^${dependencies.zod}` },
  }
}

const entries = { index: exported, core: exportedForCore, files: exportedForFiles, react: exportedForReact }

const sources = [...new Set([...Object.values(entries).flatMap(Object.keys), ...protocol])].map((file) => `${file}.ts`)

const requireLines = (from: Exported): string[] =>
  Object.entries(from).flatMap(([file, { values = [] }]) =>
    values.map((name) => `exports.${name} = require('./${file}.js').${name}`),
  )

/** The entries in one format, with the same types. */
const writeEntries = (folder: string, isCommonJs: boolean): void => {
  for (const [name, names] of Object.entries(entries)) {
    const values = entryLines(names, 'values')
    writeFileSync(join(folder, `${name}.js`), `${(isCommonJs ? requireLines(names) : values).join('\n')}\n`)
    writeFileSync(join(folder, `${name}.d.ts`), `${[...values, ...entryLines(names, 'types')].join('\n')}\n`)
  }
}

/** Lays out the package of the client, ready to be packed, in an empty folder. */
export const clientPackage = async (folder: string): Promise<void> => {
  const cjs = join(folder, 'cjs')
  mkdirSync(cjs)
  await emit(sources, folder)
  await emit(sources, cjs, 'shared', commonJs)
  writeEntries(folder, false)
  writeEntries(cjs, true)
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('cjs/package.json', `${JSON.stringify({ type: 'commonjs' })}\n`)
  write('package.json', `${JSON.stringify(manifest(), null, 2)}\n`)
  write('asyncapi.json', `${JSON.stringify(asyncapiDocument(), null, 2)}\n`)
  write('README.md', read('shared/client/README.md').replaceAll('](../protocol/', '](protocol/'))
  write('protocol/PROTOCOL.md', read('shared/protocol/PROTOCOL.md').replaceAll(/\]\(([a-z-]+)\.ts\)/g, ']($1.d.ts)'))
  copyFileSync(new URL('LICENSE', root), join(folder, 'LICENSE'))
}
