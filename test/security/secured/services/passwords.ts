/** The passwords of the users of the secure services. */
export const passwords = {
  root: 'of-root',
  admin: 'of-admin',
  audit: 'of-audits',
  gateway: 'of-gateways',
  writer: 'of-writers',
  stranger: 'of-strangers',
} as const
