/** A gateway with one of its defences switched off (`GATEWAY_SABOTAGE`), by way of the ports that it is given. */
import { openGatewayAdapters } from '../../../infra/distributed/open-gateway-adapters.ts'
import { createGatewayService } from '../../../services/gateway/gateway-service.ts'
import { readGatewayConfig } from '../../../shared/runtime/config/config.ts'
import { openProcess } from '../../../shared/runtime/process/service-process.ts'
import { gatewaySabotages } from './gateway-sabotages.ts'
import { namedBy } from './named-by.ts'

const sabotage = namedBy(gatewaySabotages, process.env.GATEWAY_SABOTAGE)
const config = readGatewayConfig()
const service = await openProcess(config, 'gateway')
const ports = sabotage(await openGatewayAdapters(config, service))
const gateway = createGatewayService(config, ports, service)
service.life.add('gateway', gateway.drain)
await gateway.start()
service.report(gateway.readiness)
