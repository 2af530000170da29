import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../../../infra/native/free-port.ts'
import { startRedis } from '../../../../infra/native/redis.ts'
import type { NativeTools } from '../../../../infra/native/tools.ts'
import { projectFolder } from '../../../support/stack/replica.ts'
import type { Authority, Certificate } from './authority.ts'
import { passwords } from './passwords.ts'

const operator = `user operator on >${passwords.root} ~* &* +@all`

/** The file of Redis users with passwords, a rule for the probe of the test, and an operator. */
const redisUsers = (folder: string): string => {
  const given = readFileSync(join(projectFolder, 'infra/redis/users.acl'), 'utf8')
  const named = given
    .replace('CHANGE-ME-1', passwords.gateway)
    .replace('CHANGE-ME-2', passwords.writer)
    .replace('CHANGE-ME-3', passwords.relay)
  const file = join(folder, 'users.acl')
  writeFileSync(file, `${named.replace('user default off', 'user default on nopass -@all +ping')}\n${operator}\n`)
  return file
}

/** Starts a Redis that accepts only TLS and the users of infra/redis/users.acl. */
export const startSecureRedis = async (tools: NativeTools, folder: string, certificate: Certificate, authority: Authority) => {
  const port = await freePort()
  const args = {
    'tls-port': String(port),
    'tls-cert-file': certificate.cert,
    'tls-key-file': certificate.key,
    'tls-ca-cert-file': authority.ca,
    'tls-auth-clients': 'no',
    aclfile: redisUsers(folder),
  }
  const redis = await startRedis({
    tools,
    folder: join(folder, 'redis'),
    args: Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]),
  })
  return { redis, port }
}
