/** A gateway without one of its defences: wraps its ports as `GATEWAY_MUTANT` names. */
import { openGatewayAdapters } from '../../../infra/distributed/open-gateway-adapters.ts'
import { createGatewayService } from '../../../services/gateway/gateway-service.ts'
import { readGatewayConfig } from '../../../shared/runtime/config/config.ts'
import { openProcess } from '../../../shared/runtime/process/service-process.ts'
import { gatewayMutants } from './gateway-mutants.ts'
import { namedBy } from './named-by.ts'

const mutant = namedBy(gatewayMutants, process.env.GATEWAY_MUTANT)
const config = readGatewayConfig()
const service = await openProcess(config, 'gateway')
const ports = mutant(await openGatewayAdapters(config, service))
const gateway = createGatewayService(config, ports, service)
service.life.add('gateway', gateway.drain)
await gateway.start()
service.report(gateway.readiness)
