import { integer, string } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { emptyPrimaryHdu } from '../fits/image.ts'
import { tableHdu } from '../fits/table.ts'
import { calibratedOrders, traceOrder } from './geometry.ts'
import type { Observation } from './observation.ts'
import { lampFactor, starFlux } from './spectra.ts'
import { setUpOf } from './set-up.ts'

const stepAngstrom = 0.01
/** More than the pipeline's spectra reach beyond the calibrated orders. */
const marginAngstrom = 5

/** The injected spectrum: a flat-fielded product divided by FLUX / LAMP is a smooth curve. Wavelengths in air. */
export function truthHdus(observation: Observation): Hdu[] {
  const { chips } = setUpOf(observation.setting, observation.binning)
  const wavelengths = chips.flatMap((chip) =>
    calibratedOrders(chip).map((order) => traceOrder(chip, order).wavelengthAngstrom),
  )
  const first = Math.floor(Math.min(...wavelengths.map((values) => values.at(0) ?? 0)) - marginAngstrom)
  const last = Math.ceil(Math.max(...wavelengths.map((values) => values.at(-1) ?? 0)) + marginAngstrom)
  const wave = Float64Array.from(
    { length: Math.round((last - first) / stepAngstrom) + 1 },
    (_, i) => first + i * stepAngstrom,
  )
  return [
    emptyPrimaryHdu([
      string('OBJECT', observation.object),
      integer('ESO OBS ID', observation.observationId),
      string('ARCFILE', `${observation.dpId}.fits`, 'raw into which this spectrum was injected'),
    ]),
    tableHdu({
      name: 'TRUTH',
      columns: [
        { name: 'WAVE', format: '1D', unit: 'Angstrom', values: wave },
        { name: 'FLUX', format: '1D', values: wave.map((value) => starFlux(observation.light.star, value)) },
        { name: 'LAMP', format: '1D', values: wave.map(lampFactor) },
      ],
    }),
  ]
}
