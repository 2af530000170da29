import { fanOutSuite } from '../../contract/fan-out/suite.ts'
import { openMemoryFanOut } from './open-memory-fan-out.ts'

fanOutSuite('in one process', openMemoryFanOut)
