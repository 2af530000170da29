import type { DistributedConfig } from '../../shared/runtime/config/config.ts'
import { databaseTlsFiles } from '../postgres/connection/connection-config.ts'
import type { CertificateFile } from '../tls/certificate-metrics.ts'

/** The certificate files of the connections to Kafka, Redis and Postgres. */
export const certificateFiles = ({
  databaseUrl,
  security,
}: Pick<DistributedConfig, 'databaseUrl' | 'security'>): readonly CertificateFile[] => {
  const postgres = databaseTlsFiles(databaseUrl)
  return [
    { label: 'kafka_ca', path: security.kafkaTls?.ca },
    { label: 'kafka_cert', path: security.kafkaTls?.cert },
    { label: 'redis_ca', path: security.redisTls?.ca },
    { label: 'redis_cert', path: security.redisTls?.cert },
    { label: 'postgres_ca', path: postgres?.ca },
    { label: 'postgres_cert', path: postgres?.cert },
  ]
}
