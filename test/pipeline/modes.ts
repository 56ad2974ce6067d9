import { type Instrument, instrumentSchema, type Mode } from '../../domain/instrument.ts'

interface Parts {
  readonly mode?: Record<string, unknown>
  readonly calibrations?: Record<string, unknown>
}

/** A small instrument file, as the schema reads it. */
export function instrumentWith({ mode = {}, calibrations = {} }: Parts): Instrument {
  return instrumentSchema.parse({
    instrument: 'UVES',
    nightBeginsUtHour: 12,
    version: 1,
    status: 'certified',
    certifiedBy: 'nobody',
    certifiedOn: '2026-03-01',
    pipeline: { name: 'uves', debianPackage: 'cpl-plugin-uves', certifiedVersions: ['6.1.8'] },
    limits: { wallSeconds: 600, memoryBytes: 1e9, outputBytes: 1e9 },
    modes: [
      {
        rawType: 'SCI_POINT_BLUE',
        certified: true,
        recipe: 'uves_obs_scired',
        required: ['MASTER_BIAS_BLUE'],
        products: [{ category: 'RED_SCI_POINT_BLUE', role: 'spectrum', primary: true }],
        ...mode,
      },
    ],
    calibrations,
  })
}

export function modeWith(mode: Record<string, unknown> = {}): Mode {
  const [made] = instrumentWith({ mode }).modes
  if (made === undefined) throw new Error('no mode')
  return made
}
