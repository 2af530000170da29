import type { Setting } from './setting.ts'
import { flag, matching, oneOf, setting } from './setting.ts'

const file = matching(/\S/, 'must be a file')
const pem = (what: string) => setting(`file with ${what}, in PEM`, '', file.optional())

/** The variables that say how Kafka and Redis are reached safely. Postgres is told in its URL. */
export const securitySettings = {
  KAFKA_TLS: setting('`true`: TLS to the brokers; their certificates are verified', '`false`', flag.default(false)),
  KAFKA_CA: setting('file with the certificates that the brokers’ are signed by, in PEM', 'the system’s', file.optional()),
  KAFKA_CERT: pem('the certificate to show to the brokers'),
  KAFKA_KEY: pem('the key of `KAFKA_CERT`'),
  KAFKA_SASL: setting(
    '`plain`, `scram-sha-256` or `scram-sha-512`: how to log in to the brokers',
    '',
    oneOf('plain', 'scram-sha-256', 'scram-sha-512').optional(),
  ),
  KAFKA_USERNAME: setting('who logs in to the brokers', '', matching(/\S/, 'must be a name').optional()),
  KAFKA_PASSWORD: setting('the password of `KAFKA_USERNAME`', '', matching(/./s, 'must be a password').optional()),
  REDIS_CA: setting(
    'file with the certificates that Redis’ is signed by, in PEM; TLS is on with a `REDIS_URL` that begins with `rediss://`',
    'the system’s',
    file.optional(),
  ),
  REDIS_CERT: pem('the certificate to show to Redis'),
  REDIS_KEY: pem('the key of `REDIS_CERT`'),
} as const satisfies Record<string, Setting>
