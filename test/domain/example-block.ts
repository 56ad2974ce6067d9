import type { AssociationBlock } from '../../domain/association-block.ts'
import { type Instrument, instrumentSchema } from '../../domain/instrument.ts'

/** An executable block of `exampleInstrument`, with the changes that a test is about. */
export function exampleBlock(changes: Partial<AssociationBlock> = {}): AssociationBlock {
  return {
    name: 'UVES.2026-03-02T03:36:00.000.ab',
    instrument: 'UVES',
    date: '2026-03-01',
    dprCategory: 'SCIENCE',
    rawType: 'SCI_POINT_BLUE',
    recipe: 'uves_obs_scired',
    drsType: 'CPL',
    completeness: 'COMPLETE',
    processStatus: 'CREATED',
    mjdObs: 61101.15,
    productRootName: 'UV_SRED_200123456_2026-03-02T03:36:00.000_BLUE437d2_2x2_10',
    programId: '60.A-9022(A)',
    observationId: '200123456',
    releaseDate: null,
    rawFiles: [{ fileName: 'UVES.2026-03-02T03:36:00.000.fits', tag: 'SCI_POINT_BLUE' }],
    calibrations: [
      { flag: 'REAL', fileName: 'UV_MBIA_260301A_BLUE_2x2.fits', category: 'MASTER_BIAS_BLUE', distanceDays: -0.549 },
      { flag: 'REAL', fileName: 'UV_MFLT_260301A_BLUE437_2x2.fits', category: 'MASTER_FLAT_BLUE', distanceDays: 0.458 },
      { flag: 'REAL', fileName: 'GU_ATMO_100101A_PARANAL.fits', category: 'EXTCOEFF_TABLE', distanceDays: null },
    ],
    rawMatchKeys: [{ keyword: 'INS.GRAT1.WLEN', value: '437.0' }],
    recipeParameters: ['--reduce.extract.method=optimal'],
    otherQualifiers: [],
    ...changes,
  }
}

export function exampleInstrument(changes: Partial<Instrument> = {}): Instrument {
  const mode = { recipe: 'uves_obs_scired', products: [] }
  const file = instrumentSchema.parse({
    instrument: 'UVES',
    nightBeginsUtHour: 12,
    version: 1,
    status: 'certified',
    certifiedBy: 'nobody',
    certifiedOn: '2026-03-01',
    pipeline: { name: 'uves', certifiedVersions: ['6.1.8'], debianPackage: 'cpl-plugin-uves' },
    limits: { wallSeconds: 1800, memoryBytes: 4e9, outputBytes: 2e9 },
    modes: [
      { ...mode, rawType: 'SCI_POINT_BLUE', certified: true, required: ['MASTER_BIAS_BLUE', 'MASTER_FLAT_BLUE'] },
      { ...mode, rawType: 'SCI_SLICER_BLUE', certified: false, reason: 'image slicer', required: [] },
    ],
  })
  return { ...file, ...changes }
}
