import type { ConfigProblem } from './config-error.ts'
import type { ServiceValues } from './settings.ts'

/** Files in PEM. Undefined `ca`: whom the system trusts. */
export interface TlsFiles {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface KafkaLogin {
  readonly mechanism: NonNullable<ServiceValues['KAFKA_SASL']>
  readonly username: string
  readonly password: string
}

/** How Kafka and Redis are reached safely. */
export interface SecurityConfig {
  /** Undefined: without TLS. */
  readonly kafkaTls: TlsFiles | undefined
  readonly kafkaLogin: KafkaLogin | undefined
  /** Undefined: without TLS. */
  readonly redisTls: TlsFiles | undefined
}

type Key = keyof ServiceValues

const isRedisTls = ({ REDIS_URL }: ServiceValues): boolean => REDIS_URL?.startsWith('rediss:') ?? false

/** Whoever names a certificate believes that it is used. */
const idle = (values: ServiceValues, keys: readonly Key[], isUsed: boolean, reason: string): ConfigProblem[] =>
  isUsed ? [] : keys.flatMap((key) => (values[key] === undefined ? [] : [{ key, reason }]))

const half = (values: ServiceValues, one: Key, other: Key): ConfigProblem[] => {
  if ((values[one] === undefined) === (values[other] === undefined)) return []
  return [
    { key: values[one] === undefined ? one : other, reason: `has to be set with ${values[one] === undefined ? other : one}` },
  ]
}

const loginProblems = (values: ServiceValues): ConfigProblem[] => {
  const { KAFKA_SASL, KAFKA_TLS } = values
  const given = ['KAFKA_USERNAME', 'KAFKA_PASSWORD'] as const
  if (KAFKA_SASL === undefined) return idle(values, given, false, 'needs KAFKA_SASL')
  const missing = given.flatMap((key) => (values[key] === undefined ? [{ key, reason: 'has to be set with KAFKA_SASL' }] : []))
  const inClear = KAFKA_SASL === 'plain' && !KAFKA_TLS
  return [
    ...missing,
    ...(inClear ? [{ key: 'KAFKA_SASL', reason: 'plain shows the password to everybody: set KAFKA_TLS=true' }] : []),
  ]
}

export const securityProblems = (values: ServiceValues): ConfigProblem[] => [
  ...idle(values, ['KAFKA_CA', 'KAFKA_CERT', 'KAFKA_KEY'], values.KAFKA_TLS, 'needs KAFKA_TLS=true'),
  ...half(values, 'KAFKA_CERT', 'KAFKA_KEY'),
  ...loginProblems(values),
  ...idle(
    values,
    ['REDIS_CA', 'REDIS_CERT', 'REDIS_KEY'],
    values.REDIS_URL === undefined || isRedisTls(values),
    'needs a REDIS_URL that begins with rediss://',
  ),
  ...half(values, 'REDIS_CERT', 'REDIS_KEY'),
]

export const securityConfig = (values: ServiceValues): SecurityConfig => {
  const { KAFKA_SASL: mechanism, KAFKA_USERNAME: username = '', KAFKA_PASSWORD: password = '' } = values
  const kafkaFiles = { ca: values.KAFKA_CA, cert: values.KAFKA_CERT, key: values.KAFKA_KEY }
  const redisFiles = { ca: values.REDIS_CA, cert: values.REDIS_CERT, key: values.REDIS_KEY }
  return Object.freeze({
    kafkaTls: values.KAFKA_TLS ? Object.freeze(kafkaFiles) : undefined,
    kafkaLogin: mechanism === undefined ? undefined : Object.freeze({ mechanism, username, password }),
    redisTls: isRedisTls(values) ? Object.freeze(redisFiles) : undefined,
  })
}
