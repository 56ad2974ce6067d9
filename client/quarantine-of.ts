import { join } from 'node:path'
import type { Quarantine } from '../activities/quarantine.ts'
import type { Settings } from '../settings/settings.ts'

/** Where this installation keeps IDPs that break a rule, for how long and how many. */
export function quarantineOf({ home }: Settings): Quarantine {
  return { folder: join(home, 'quarantine'), keepDays: 30, maximumBytes: 5e9 }
}
