/**
 * The Temporal program that phoenix fetches when the machine has none. The checksums are those of the official
 * binaries of this version; whatever the way by which one came, it must have its own.
 */
export const temporalRelease = {
  cliVersion: '1.9.1',
  serverVersion: '1.32.0',
  sha256: {
    x64: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    arm64: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  },
} as const

/** Priorities of task queues need this server. */
export const oldestServer = { major: 1, minor: 31 } as const

/** The checksum for this machine's processor; null where no binary is known. */
export function expectedSha256(architecture: string = process.arch): string | null {
  if (architecture === 'x64' || architecture === 'arm64') return temporalRelease.sha256[architecture]
  return null
}
