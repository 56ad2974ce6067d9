import 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Database in which every test makes a schema of its own (own-schema.ts). */
    postgresUrl: string
    /** `127.0.0.1:40315`; namespace `default`. Every test uses task queues of its own. */
    temporalAddress: string
  }
}
