/** An address on which a server listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** `0.0.0.0:7100`, `[::]:7100`; throws an error that names the option. */
export const parseEndpoint = (option: string, text: string): Endpoint => {
  const [, bracketed, plain, port = ''] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535)
    throw new Error(`${option}: "${text}" is not an address; write HOST:PORT, such as 0.0.0.0:7100`)
  return { host, port: Number(port) }
}
