import { clientPackage } from './client-package.ts'
import { loadPackage } from './load-package.ts'
import { pack } from './pack.ts'
import { servicePackage } from './service-package.ts'
import { testingPackage } from './testing-package.ts'

/** The published packages, by the name that selects them on the command line. */
const packages = { client: clientPackage, testing: testingPackage, service: servicePackage, load: loadPackage } as const

const isName = (name: string): name is keyof typeof packages => Object.hasOwn(packages, name)

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !isName(name))
if (unknown.length > 0) {
  process.stderr.write(`there is no package ${unknown.join(', ')}; there is: ${Object.keys(packages).join(', ')}\n`)
  process.exit(1)
}
for (const name of asked.length > 0 ? asked : Object.keys(packages))
  if (isName(name)) process.stdout.write(`${await pack(packages[name], 'dist')}\n`)
