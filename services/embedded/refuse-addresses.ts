import type { Config, EmbeddedConfig } from '../../shared/runtime/config/config.ts'
import { ConfigError } from '../../shared/runtime/config/config-error.ts'

/** Throws `ConfigError` if the configuration names external services, which the embedded mode would ignore. */
export function refuseAddresses(config: Config): asserts config is EmbeddedConfig {
  if (config.mode === 'embedded') return
  throw new ConfigError([
    {
      key: 'DATABASE_URL',
      reason: 'is for the distributed mode: unset it, or run gateway and writer instead (npm run gateway, npm run writer)',
    },
  ])
}
