import type { Hdu } from '../fits/hdu.ts'
import { imageHdu } from '../fits/image.ts'
import { rawColumns, rawRows, readOut } from './exposure.ts'
import { rawHeader } from './frame-header.ts'
import { addCosmics, scienceLight } from './light.ts'
import type { Observation } from './observation.ts'
import { randomFrom } from './random.ts'
import { settings } from './uves-blue.ts'

/** The raw frame of an observation; with `lit` false, every pixel is zero, as after a failed read-out. */
export function scienceFrame(observation: Observation, seed: number, lit: boolean): Hdu {
  const setting = settings[observation.setting]
  const header = rawHeader({ ...observation, template: 'UVES_dic1_obs_exp', setting })
  const shape = [rawColumns, rawRows]
  if (!lit) return imageHdu({ header, data: new Uint16Array(rawColumns * rawRows), shape })
  const random = randomFrom(`${seed}/${observation.dpId}`)
  const light = scienceLight(setting, observation.light)
  addCosmics(light, Math.round(observation.exposureSeconds / 8), random)
  return imageHdu({ header, data: readOut(light, random), shape })
}
