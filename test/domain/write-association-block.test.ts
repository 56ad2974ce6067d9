import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AssociationBlock } from '../../domain/association-block.ts'
import { PreconditionError } from '../../domain/failure.ts'
import { parseAssociationBlock } from '../../domain/parse-association-block.ts'
import { writeAssociationBlock } from '../../domain/write-association-block.ts'

const block: AssociationBlock = {
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
  releaseDate: '2027-03-02T12:00:00',
  rawFiles: [{ fileName: 'UVES.2026-03-02T03:36:00.000.fits', tag: 'SCI_POINT_BLUE' }],
  calibrations: [
    { flag: 'REAL', fileName: 'UV_MBIA_260301A_BLUE_2x2.fits', category: 'MASTER_BIAS_BLUE', distanceDays: -0.549 },
    { flag: 'REAL', fileName: 'GU_ATMO_100101A_PARANAL.fits', category: 'EXTCOEFF_TABLE', distanceDays: null },
    {
      flag: 'VIRTUAL',
      fileName: 'UV_MFLT_260302A_BLUE437_2x2.fits',
      category: 'MASTER_FLAT_BLUE',
      distanceDays: 0.458,
    },
  ],
  rawMatchKeys: [{ keyword: 'INS.MODE', value: 'DICHR#2' }],
  recipeParameters: ['--reduce.extract.method=optimal'],
  otherQualifiers: [{ qualifier: 'REMARK', value: 'seeing 0.8, # 3 of 4' }],
}

describe('text of an association block', () => {
  it('has one record per line, the qualifier first', () => {
    const lines = writeAssociationBlock(block).trimEnd().split('\n')
    expect(lines.map((line) => line.split(/\s+/))).toEqual(
      expect.arrayContaining([
        ['INSTRUMENT', 'UVES'],
        ['AB_NAME', 'UVES.2026-03-02T03:36:00.000.ab'],
        ['MJD-OBS', '61101.15'],
        ['RAWFILE', 'UVES.2026-03-02T03:36:00.000.fits', 'SCI_POINT_BLUE'],
        ['MCALIB', 'REAL', 'UV_MBIA_260301A_BLUE_2x2.fits', 'MASTER_BIAS_BLUE', '-0.549'],
        ['MCALIB', 'REAL', 'GU_ATMO_100101A_PARANAL.fits', 'EXTCOEFF_TABLE', '-'],
        ['RECIPE_PARAM', '--reduce.extract.method=optimal'],
      ]),
    )
  })

  it('quotes what a comment sign or a blank would cut', () => {
    const text = writeAssociationBlock(block)
    expect(text).toContain('"INS.MODE=DICHR#2"')
    expect(text).toContain('"seeing 0.8, # 3 of 4"')
  })

  it('leaves out what is not known', () => {
    const text = writeAssociationBlock({ ...block, programId: null, observationId: null, releaseDate: null })
    expect(text).not.toMatch(/OBS_PROG_ID|OBS_ID|RELEASE_DATE/)
    expect(parseAssociationBlock(text, block.name)).toMatchObject({ valid: true, ab: { programId: null } })
  })

  it.each(['a "word"', 'two\nlines'])('refuses what the format cannot say: %j', (value) => {
    expect(() => writeAssociationBlock({ ...block, rawType: value })).toThrow(PreconditionError)
  })

  it('reads back as the same block', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9#,()._-]{0,20}$/)
    const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
    const fileName = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}\.fits$/)
    const category = fc.stringMatching(/^[A-Z][A-Z_]{0,20}$/)
    const anyBlock = fc.record({
      programId: fc.option(phrase),
      observationId: fc.option(word),
      releaseDate: fc.option(
        fc
          .tuple(
            fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
            fc.boolean(),
          )
          .map(([moment, isDay]) => moment.toISOString().slice(0, isDay ? 10 : 24)),
      ),
      mjdObs: fc.double({ min: 1, max: 1e5, noNaN: true }),
      completeness: fc.constantFrom('COMPLETE' as const, 'INCOMPLETE' as const),
      calibrations: fc
        .uniqueArray(fc.tuple(fileName, category), { selector: ([name]) => name })
        .map((pairs) => pairs.filter(([, own], i) => pairs.findIndex(([, other]) => other === own) === i))
        .chain((pairs) =>
          fc.tuple(
            ...pairs.map(([name, own]) =>
              fc.record({
                flag: fc.constantFrom('REAL' as const, 'VIRTUAL' as const),
                fileName: fc.constant(name),
                category: fc.constant(own),
                distanceDays: fc.option(fc.double({ min: -1e4, max: 1e4, noNaN: true }).map((days) => days + 0)),
              }),
            ),
          ),
        ),
      rawMatchKeys: fc.array(fc.record({ keyword: fc.stringMatching(/^[A-Z0-9.]{1,12}$/), value: phrase })),
      otherQualifiers: fc.array(fc.record({ qualifier: fc.stringMatching(/^X_[A-Z]{1,9}$/), value: phrase })),
    })
    fc.assert(
      fc.property(anyBlock, (parts) => {
        const written: AssociationBlock = { ...block, ...parts }
        expect(parseAssociationBlock(writeAssociationBlock(written), block.name)).toEqual({ valid: true, ab: written })
      }),
      { numRuns: 300 },
    )
  })
})
