import { join } from 'node:path'
import { install } from '../../../infra/native/install.ts'
import type { KafkaServer } from '../../../infra/native/kafka.ts'
import { startKafka } from '../../../infra/native/kafka.ts'
import type { PostgresServer } from '../../../infra/native/postgres.ts'
import { startPostgres } from '../../../infra/native/postgres.ts'
import type { RedisServer } from '../../../infra/native/redis.ts'
import { startRedis } from '../../../infra/native/redis.ts'
import { allStarted } from './all-started.ts'
import type { LinkMap } from './link-map.ts'
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.ts'

/** The three servers, in a folder that is removed with them. */
export interface NativeServices extends AsyncDisposable {
  readonly kafka: KafkaServer
  readonly postgres: PostgresServer
  readonly redis: RedisServer
}

/** Installs missing programs and starts the three servers; Kafka advertises to each linked role the address of its proxy. */
export const startNativeServices = async (links: LinkMap): Promise<NativeServices> => {
  const tools = await install()
  await using owned = new AsyncDisposableStack()
  const folder = makeScratchFolder('stack')
  owned.defer(() => removeScratchFolder(folder))
  const advertise = Object.fromEntries([...links.roles].map(([role, { kafka }]) => [role, { advertisedPort: kafka.port }]))
  const own = async <T extends AsyncDisposable>(start: Promise<T>): Promise<T> => owned.use(await start)
  const [kafka, postgres, redis] = await allStarted([
    own(startKafka({ tools, folder: join(folder, 'kafka'), advertise })),
    own(startPostgres({ tools, folder: join(folder, 'postgres') })),
    own(startRedis({ tools, folder: join(folder, 'redis') })),
  ])
  const kept = owned.move()
  return { kafka, postgres, redis, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
