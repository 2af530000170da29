/** The passwords of the users of the secure services. */
export const passwords = {
  root: 'of-root',
  admin: 'of-admin',
  audit: 'of-audits',
  gateway: 'of-gateways',
  writer: 'of-writers',
  relay: 'of-relays',
  stranger: 'of-strangers',
} as const
