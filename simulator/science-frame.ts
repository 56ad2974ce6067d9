import { string } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu, readImage } from '../fits/image.ts'
import { rawShape, readOut } from './exposure.ts'
import { type FrameFacts, rawChipCards, rawPrimaryCards } from './frame-header.ts'
import { addCosmics, scienceLight } from './light.ts'
import type { Observation } from './observation.ts'
import { randomFrom } from './random.ts'
import { type Chip, setUpOf } from './set-up.ts'

/** The raw frame of an observation; with `lit` false, every pixel is zero, as after a failed read-out. */
export function scienceFrame(observation: Observation, seed: number, lit: boolean): Hdu[] {
  return rawFrame(observation, (chip) => {
    const [columns, rows] = rawShape(chip)
    return lit ? pixels(chip, observation, seed) : new Uint16Array(columns * rows)
  })
}

/** The pixels of another frame of the same set-up under the header of this observation. */
export function repeatedFrame(observation: Observation, source: readonly Hdu[]): Hdu[] {
  const images = source.filter(({ data }) => data.byteLength > 0).values()
  return rawFrame(observation, ({ name }) => {
    const image = images.next().value
    const data = image === undefined ? undefined : readImage(image).data
    if (!(data instanceof Uint16Array))
      throw new RangeError(`the frame that ${observation.dpId} repeats has no ${name}`)
    return data
  })
}

/** The blue arm writes its chip into the primary HDU, the red one its two chips into extensions, the redder first. */
function rawFrame(observation: Observation, pixelsOf: (chip: Chip) => Uint16Array): Hdu[] {
  const setUp = setUpOf(observation.setting, observation.binning)
  const template = `UVES_dic${setUp.dichroic}_obs_exp`
  const facts: FrameFacts = { ...observation, template, setUp }
  const primary = rawPrimaryCards(facts)
  const image = (chip: Chip) => ({ data: pixelsOf(chip), shape: rawShape(chip) })
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
