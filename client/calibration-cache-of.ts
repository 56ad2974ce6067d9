import { join } from 'node:path'
import { CalibrationCache } from '../archive/calibration-cache.ts'
import type { Settings } from '../settings/settings.ts'

/** Where this installation keeps calibrations between dates: on the disk of the runs, which link to them. Null when it keeps none. */
export function calibrationCacheOf(settings: Settings): CalibrationCache | null {
  return settings.calibrationCacheBytes === 0 ? null : calibrationCacheIn(settings)
}

/** The same, also while it is off: something may lie in it from before. */
export function calibrationCacheIn({ scratchDir, calibrationCacheBytes }: Settings): CalibrationCache {
  return new CalibrationCache(join(scratchDir, '.calibrations'), calibrationCacheBytes)
}
