import type { SecurityConfig } from '../../../shared/runtime/config/security-config.ts'
import { readTlsFiles } from '../../tls/tls-files.ts'
import type { KafkaSecurity } from './kafka-options.ts'

/** Reads the configured TLS files. Throws `StartError` for a file that cannot be read. */
export const kafkaSecurity = ({ kafkaTls, kafkaLogin }: SecurityConfig): KafkaSecurity => ({
  tls: kafkaTls === undefined ? undefined : readTlsFiles(kafkaTls, 'KAFKA_CA, KAFKA_CERT or KAFKA_KEY'),
  login: kafkaLogin,
})
