// Which file may import which: services → shared ← infra. Shown to fail in test/architecture.

import { Visitor } from '@swc/core/Visitor.js'

// The visitor that finds imports does not know `using` declarations, and gives up at the first.
const { visitStatement } = Visitor.prototype
Visitor.prototype.visitStatement = function visitAnyStatement(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement)
  return { ...statement, decls: this.visitVariableDeclarators(statement.decls) }
}

const packages = (...names) => `node_modules/(${names.join('|')})(/|$)`

const drivers = packages(
  'kafkajs',
  'ioredis',
  'pg',
  'pg-[^/]+',
  '@mikro-orm/[^/]+',
  '@electric-sql/[^/]+',
  '@opentelemetry/(?!api)[^/]+',
)

/**
 * The folders of one part, from the outermost to the innermost: a folder imports only what stands
 * behind it. Files that lie beside the folders wire them together, or declare what all of them share.
 */
const folderOrders = {
  'services/gateway': ['server', 'session', 'requests', 'signals', 'rooms', 'reads', 'send-queue', 'admission', 'limits'],
  'infra/kafka': ['consumer', 'admin', 'producer', 'kafkajs-patches', 'driver'],
  'infra/postgres': ['pglite', 'admin', 'event-store', 'member-state', 'relay', 'read-model', 'connection', 'migrations'],
  'shared/runtime': ['process', 'observability', 'config', 'async'],
}

const folderRules = Object.entries(folderOrders).flatMap(([part, order]) =>
  order.slice(1).map((folder, index) => ({
    name: `${part}/${folder}`,
    comment: `${part}/${folder} does not import ${order.slice(0, index + 1).join(', ')}.`,
    from: { path: `^${part}/${folder}/` },
    to: { path: `^${part}/(${order.slice(0, index + 1).join('|')})/` },
  })),
)

const reactBindings = '^shared/client/react\\.ts$'

const forbidden = [
  ...folderRules,
  {
    name: 'no-cycles',
    comment: 'A cycle has no first file to understand.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'shared-imports-shared',
    comment: 'What is true whatever the technology knows nothing of services, adapters and tests.',
    from: { path: '^shared/' },
    to: { path: '^(services|infra|test)/' },
  },
  {
    name: 'shared-packages',
    comment: 'shared/ imports zod, pino, prom-client and the OpenTelemetry API, and no other package.',
    from: { path: '^shared/', pathNot: reactBindings },
    to: { path: 'node_modules/', pathNot: packages('zod', 'pino', 'prom-client', '@opentelemetry/api') },
  },
  {
    name: 'browser-packages',
    comment:
      'Client, protocol, domain, room events and user events run in a browser: zod at most, nothing of Node, nothing of the runtime.',
    from: { path: '^shared/(client|protocol|domain|room-events|user-events)/', pathNot: reactBindings },
    to: { path: ['node_modules/', '^shared/runtime/'], pathNot: packages('zod') },
  },
  {
    name: 'react-bindings',
    comment: 'The React bindings of the client import React, an optional peer, and no other package.',
    from: { path: reactBindings },
    to: { path: ['node_modules/', '^shared/runtime/'], pathNot: packages('react', '@types/react') },
  },
  {
    name: 'client-without-react',
    comment: 'An application without React does not load the bindings.',
    from: { path: '^(shared|services)/', pathNot: reactBindings },
    to: { path: reactBindings },
  },
  {
    name: 'browser-no-node',
    comment: 'Client, protocol, domain, room events and user events run in a browser.',
    from: { path: '^shared/(client|protocol|domain|room-events|user-events)/' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'domain-alone',
    comment: 'The domain holds the rules that all room events share; it knows none of them, and no frame.',
    from: { path: '^shared/domain/' },
    to: { path: '^shared/', pathNot: '^shared/domain/' },
  },
  {
    name: 'page-in-browser',
    comment: 'The page runs in a browser, on the SDK and what that stands on.',
    from: { path: '^services/web/src/' },
    to: { path: '^(infra|services|shared)/', pathNot: '^(services/web/src|shared/(client|protocol|domain))/' },
  },
  {
    name: 'page-no-node',
    comment: 'The page runs in a browser.',
    from: { path: '^services/web/src/' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'infra-not-services',
    comment: 'An adapter serves a port, not a service; tests are for nobody to import.',
    from: { path: '^infra/' },
    to: { path: '^(services|test)/' },
  },
  {
    name: 'only-main-imports-infra',
    comment: 'Logic takes ports as arguments; only main.ts picks adapters.',
    from: { path: '^services/', pathNot: '^services/[^/]+/main\\.ts$' },
    to: { path: '^infra/' },
  },
  {
    name: 'services-apart',
    comment:
      'Services do not import each other, except embedded, which composes gateway and writer. A main.ts may open the page.',
    from: { path: '^services/([^/]+)/', pathNot: '^services/embedded/' },
    to: { path: '^services/', pathNot: ['^services/$1/', '^services/web/open-page\\.ts$'] },
  },
  {
    name: 'services-not-test',
    comment: 'What runs does not need its tests.',
    from: { path: '^services/' },
    to: { path: '^test/' },
  },
  {
    name: 'main-is-an-end',
    comment: 'main.ts starts a process by being loaded; nothing imports it.',
    from: {},
    to: { path: '^services/[^/]+/main\\.ts$' },
  },
  {
    name: 'drivers-in-infra',
    comment: 'Only infra/ knows a technology, and the tests of it.',
    from: { pathNot: '^(infra|test)/' },
    to: { path: drivers },
  },
  {
    name: 'declared-packages',
    comment: 'What runs uses only packages that are installed with it; the page is built ahead of that.',
    from: { path: '^(shared|services|infra)/', pathNot: ['^services/web/(src/|build\\.ts$)', reactBindings] },
    to: { dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'resolvable',
    comment: 'Every import leads somewhere.',
    from: {},
    to: { couldNotResolve: true },
  },
].map((rule) => ({ ...rule, severity: 'error' }))

export default {
  forbidden,
  options: {
    // TypeScript 7 has no API to parse with. This one sees imports of types too, which count:
    // a cycle or a wrong direction is one for the reader as well.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
