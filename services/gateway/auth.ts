/** Who is at the other end of a socket. */
export interface Principal {
  /** May act as others, fetch any user, and stay unbound. */
  readonly isService: boolean
}

/** With authentication off (development), every socket is trusted like a back end. */
export const openAccess: Principal = { isService: true }
