import type { ConfigProblem } from './config-error.ts'
import type { ServiceValues } from './settings.ts'

/** Paths of PEM files. Undefined `ca`: the certificate authorities of the system. */
export interface TlsFiles {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** A SASL login. */
export interface KafkaLogin {
  readonly mechanism: NonNullable<ServiceValues['KAFKA_SASL']>
  readonly username: string
  readonly password: string
}

/** TLS and logins for Kafka and Redis. */
export interface SecurityConfig {
  /** Undefined: no TLS. */
  readonly kafkaTls: TlsFiles | undefined
  readonly kafkaLogin: KafkaLogin | undefined
  /** Undefined: no TLS. */
  readonly redisTls: TlsFiles | undefined
}

type SettingName = keyof ServiceValues

const isRedisTls = ({ REDIS_URL }: ServiceValues): boolean => REDIS_URL?.startsWith('rediss:') ?? false

/** Settings without effect are refused, because the operator expects that they are used. */
const unused = (values: ServiceValues, keys: readonly SettingName[], isUsed: boolean, reason: string): ConfigProblem[] =>
  isUsed ? [] : keys.flatMap((key) => (values[key] === undefined ? [] : [{ key, reason }]))

const unpaired = (values: ServiceValues, one: SettingName, other: SettingName): ConfigProblem[] => {
  if ((values[one] === undefined) === (values[other] === undefined)) return []
  return [{ key: values[one] === undefined ? one : other, reason: `must be set with ${values[one] === undefined ? other : one}` }]
}

const loginProblems = (values: ServiceValues): ConfigProblem[] => {
  const { KAFKA_SASL, KAFKA_TLS } = values
  const given = ['KAFKA_USERNAME', 'KAFKA_PASSWORD'] as const
  if (KAFKA_SASL === undefined) return unused(values, given, false, 'needs KAFKA_SASL')
  const missing = given.flatMap((key) => (values[key] === undefined ? [{ key, reason: 'must be set with KAFKA_SASL' }] : []))
  const inClear = KAFKA_SASL === 'plain' && !KAFKA_TLS
  return [
    ...missing,
    ...(inClear ? [{ key: 'KAFKA_SASL', reason: 'plain sends the password in clear text: set KAFKA_TLS=true' }] : []),
  ]
}

/** The problems of the TLS and login settings in combination. */
export const securityProblems = (values: ServiceValues): ConfigProblem[] => [
  ...unused(values, ['KAFKA_CA', 'KAFKA_CERT', 'KAFKA_KEY'], values.KAFKA_TLS, 'needs KAFKA_TLS=true'),
  ...unpaired(values, 'KAFKA_CERT', 'KAFKA_KEY'),
  ...loginProblems(values),
  ...unused(
    values,
    ['REDIS_CA', 'REDIS_CERT', 'REDIS_KEY'],
    values.REDIS_URL === undefined || isRedisTls(values),
    'needs a REDIS_URL that begins with rediss://',
  ),
  ...unpaired(values, 'REDIS_CERT', 'REDIS_KEY'),
]

/** The TLS and login configuration of settings without problems; frozen. */
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
