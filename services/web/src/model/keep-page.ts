interface ScriptUrlPolicy {
  createScriptURL(address: string): string
}

/** Browsers that enforce Trusted Types take the address of a worker from a policy only. */
interface TrustedTypes {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy
}

const file = 'service-worker.js'

const workerAddress = (): string => {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
  const address = new URL(file, location.href).href
  // The policy returns one fixed address and ignores its argument.
  return trustedTypes?.createPolicy('service-worker', { createScriptURL: () => address }).createScriptURL(file) ?? address
}

/** Keeps the page on the device, so that it opens without a network. Browsers allow this with HTTPS, and on localhost. */
export const keepPage = (): void => {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined
  // Without the worker the page works, but needs a network.
  void workers?.register(workerAddress()).catch(() => undefined)
}
