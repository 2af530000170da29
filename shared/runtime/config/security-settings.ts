import type { Setting } from './setting.ts'
import { flag, matching, oneOf, setting } from './setting.ts'

const file = matching(/\S/, 'must be a file')
const pem = (content: string) => setting(`PEM file with ${content}`, '', file.optional())

/** The variables for TLS and logins of Kafka and Redis. Those of Postgres are in its URL. */
export const securitySettings = {
  KAFKA_TLS: setting('`true`: TLS to the brokers; their certificates are verified', '`false`', flag.default(false)),
  KAFKA_CA: setting(
    'PEM file with the certificate authorities of the brokers; like all TLS files it is read again for each new connection',
    'the system’s',
    file.optional(),
  ),
  KAFKA_CERT: pem('the client certificate for the brokers'),
  KAFKA_KEY: pem('the key of `KAFKA_CERT`'),
  KAFKA_SASL: setting(
    'SASL mechanism of the login to the brokers: `plain`, `scram-sha-256` or `scram-sha-512`',
    '',
    oneOf('plain', 'scram-sha-256', 'scram-sha-512').optional(),
  ),
  KAFKA_USERNAME: setting('user name of the login to the brokers', '', matching(/\S/, 'must be a name').optional()),
  KAFKA_PASSWORD: setting('the password of `KAFKA_USERNAME`', '', matching(/./s, 'must be a password').optional()),
  REDIS_CA: setting(
    'PEM file with the certificate authorities of Redis; a `REDIS_URL` that begins with `rediss://` enables TLS',
    'the system’s',
    file.optional(),
  ),
  REDIS_CERT: pem('the client certificate for Redis'),
  REDIS_KEY: pem('the key of `REDIS_CERT`'),
} as const satisfies Record<string, Setting>
