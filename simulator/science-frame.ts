import { string } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu } from '../fits/image.ts'
import { rawShape, readOut } from './exposure.ts'
import { type FrameFacts, rawChipCards, rawPrimaryCards } from './frame-header.ts'
import { addCosmics, scienceLight } from './light.ts'
import type { Observation } from './observation.ts'
import { randomFrom } from './random.ts'
import { type Chip, setUpOf } from './set-up.ts'

/**
 * The raw frame of an observation; with `lit` false, every pixel is zero, as after a failed read-out. The blue arm writes its chip into
 * the primary HDU, the red one its two chips into extensions, the redder first.
 */
export function scienceFrame(observation: Observation, seed: number, lit: boolean): Hdu[] {
  const setUp = setUpOf(observation.setting, observation.binning)
  const template = `UVES_dic${setUp.dichroic}_obs_exp`
  const facts: FrameFacts = { ...observation, template, setUp }
  const primary = rawPrimaryCards(facts)
  const image = (chip: Chip) => {
    const shape = rawShape(chip)
    return { data: lit ? pixels(chip, observation, seed) : new Uint16Array(shape[0] * shape[1]), shape }
  }
  const [only, ...others] = setUp.chips
  if (only !== undefined && others.length === 0) {
    return [imageHdu({ header: [...primary, ...rawChipCards(only)], ...image(only) })]
  }
  const extensions = setUp.chips.toSorted((a, b) => a.chipNumber - b.chipNumber)
  return [
    emptyPrimaryHdu(primary),
    ...extensions.map((chip) =>
      imageHdu({
        primary: false,
        header: [string('EXTNAME', `WIN1.CHIP${chip.chipNumber}.OUT1`), ...rawChipCards(chip)],
        ...image(chip),
      }),
    ),
  ]
}

function pixels(chip: Chip, { dpId, light: source, exposureSeconds }: Observation, seed: number): Uint16Array {
  const random = randomFrom(`${seed}/${dpId}/${chip.name}`)
  const light = scienceLight(chip, source)
  addCosmics(chip, light, Math.round(exposureSeconds / 8), random)
  return readOut(chip, light, random)
}
