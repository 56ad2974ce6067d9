import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { alreadyCovered, leftOutReason } from '../../domain/certification.ts'
import { PreconditionError } from '../../domain/failure.ts'
import { instrumentSchema } from '../../domain/instrument.ts'
import { observingDateOf } from '../../domain/observing-date.ts'
import { parseAssociationBlock } from '../../domain/parse-association-block.ts'
import { writeAssociationBlock } from '../../domain/write-association-block.ts'
import {
  defaultTemplates,
  type NightRequest,
  type PlannedBlock,
  planNight,
  type Template,
} from '../../simulator/night-plan.ts'
import { setUpOf } from '../../simulator/set-up.ts'

const blueNight: NightRequest = {
  instrument: 'UVES',
  date: '2026-03-01',
  seed: 1,
  executable: 12,
  settings: [346, 390, 437],
  withExtras: true,
}
const uves = instrumentSchema.parse(parse(readFileSync('instruments/uves.yaml', 'utf8')))

describe('a night of the blue arm on paper', () => {
  const plan = planNight(blueNight)

  it('has 12 blocks to be processed, 4 per setting, and 7 that are not', () => {
    expect(plan).toHaveLength(19)
    const processed = plan.filter(({ expectation }) => expectation.expect === 'processed')
    for (const name of blueNight.settings) {
      expect(processed.filter(({ observation }) => observation.setting === name)).toHaveLength(4)
    }
    expect(plan.filter(({ raw }) => raw !== 'none')).toHaveLength(14)
    const others = plan.map(({ expectation }) => expectation).filter(({ expect: what }) => what !== 'processed')
    expect(others.map((other) => ('reason' in other ? other.reason : other.expect)).toSorted()).toEqual([
      'calibration missing',
      'failed',
      'failed',
      'mode not certified',
      'mode not certified',
      'mode not certified',
      'virtual calibration',
    ])
  })

  it.each(plan.map((planned) => ({ ...planned, name: planned.block.name })))(
    'is left out by the instrument file as expected: $name',
    ({ block, expectation }) => {
      const reason = leftOutReason(block, uves)?.code ?? null
      expect(reason).toBe(expectation.expect === 'left-out' ? expectation.reason : null)
    },
  )

  it('shares one bias, and one flat, order table and line table per setting', () => {
    const processed = plan.filter(({ expectation }) => expectation.expect === 'processed')
    const files = new Set(processed.flatMap(({ block }) => block.calibrations.map(({ fileName }) => fileName)))
    expect([...files].toSorted()).toEqual([
      'GU_ATMO_100101A_PARANAL.fits',
      'UV_MBIA_260301A_BLUE_2x2.fits',
      ...['346d1', '390d2', '437d2'].map((arm) => `UV_MFLT_260301A_BLUE${arm}_2x2_10.fits`),
      'UV_MRSP_260301A_BLUE390d2_2x2.fits',
      ...['346d1', '390d2', '437d2'].map((arm) => `UV_PLI2_260301A_BLUE${arm}_2x2_10.fits`),
      ...['346d1', '390d2', '437d2'].map((arm) => `UV_PORD_260301A_BLUE${arm}_2x2.fits`),
    ])
  })

  it('begins each setting with its reference exposure; the others differ', () => {
    expect(plan.slice(0, 3).map(({ observation }) => observation.exposureSeconds)).toEqual([1200, 1200, 1200])
    expect(plan.slice(0, 3).map(({ observation }) => observation.light.fluxElectronsPerAngstrom)).toEqual([
      6e4, 6e4, 6e4,
    ])
    const fluxes = plan.slice(3).map(({ observation }) => observation.light.fluxElectronsPerAngstrom)
    expect(new Set(fluxes).size).toBe(fluxes.length)
  })

  it('gives distances to the middle of the exposure and the time of each in its name', () => {
    for (const { block, observation } of plan.filter(({ raw }) => raw !== 'none')) {
      const bias = block.calibrations.find(({ category }) => category === 'MASTER_BIAS_BLUE')
      const middle = observation.start.getTime() + observation.exposureSeconds * 500
      expect(bias?.distanceDays).toBeCloseTo((Date.UTC(2026, 2, 1, 13) - middle) / 86_400_000, 3)
      expect(block.name).toBe(`UVES.${observation.start.toISOString().slice(0, 23)}.ab`)
      expect(block.mjdObs).toBeCloseTo(observation.start.getTime() / 86_400_000 + 40587, 7)
    }
    // 2026-03-02T00:00 is MJD 61101 (2000-01-01T12:00 is 51544.5).
    expect(Math.floor(plan[0]?.block.mjdObs ?? 0)).toBe(61101)
  })
})

describe('the default night on paper', () => {
  const plan = planNight({ ...blueNight, settings: defaultTemplates })
  const processed = plan.filter(({ expectation }) => expectation.expect === 'processed')

  it('has both arms, dichroic pairs on one target, the absorption cell and an unbinned exposure', () => {
    expect(processed.map(({ observation: { setting, binning } }) => `${setting}/${binning}`)).toEqual(
      [346, 580, 437, 860, 390, 760, 437, 580, 564, 346, 580, 437].map((name) => `${name}/${name === 564 ? 1 : 2}`),
    )
    expect(processed.filter(({ observation }) => observation.technique !== 'ECHELLE')).toHaveLength(1)
    for (const [blue, red] of [[0, 1] as const, [2, 3] as const, [4, 5] as const]) {
      const pair = [processed[blue], processed[red]].map((one) => one?.observation)
      expect(new Set(pair.map((one) => one?.object)).size).toBe(1)
      expect(new Set(pair.map((one) => one?.observationId)).size).toBe(1)
    }
  })

  it.each(plan.map((planned) => ({ ...planned, name: planned.block.name })))(
    'is left out by the instrument file as expected: $name',
    ({ block, expectation }) => {
      const reason = leftOutReason(block, uves)?.code ?? null
      expect(reason).toBe(expectation.expect === 'left-out' ? expectation.reason : null)
    },
  )

  it('names every calibration of the red arm once for each chip', () => {
    for (const { block } of processed.filter(({ block: { rawType } }) => rawType === 'SCI_POINT_RED')) {
      const ofChip = (chip: string) =>
        block.calibrations.flatMap(({ category }) => (category.endsWith(chip) ? category.replace(chip, '') : []))
      expect(ofChip('REDL')).toEqual(ofChip('REDU'))
      expect(ofChip('REDL').length).toBeGreaterThanOrEqual(4)
    }
  })
})

describe('any night on paper', () => {
  const anyRequest = fc.record({
    instrument: fc.constant('UVES' as const),
    date: fc
      .date({ min: new Date('2000-01-01'), max: new Date('2099-12-30'), noInvalidDate: true })
      .map((day) => day.toISOString().slice(0, 10)),
    seed: fc.integer(),
    executable: fc.integer({ min: 1, max: 60 }),
    settings: fc.subarray<Template>([346, 390, 437, ...defaultTemplates], { minLength: 1 }),
    withExtras: fc.boolean(),
  })

  it('is readable, free of clashes and within its night', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const plan = planNight(request)
        expect(plan).toHaveLength(request.executable + (request.withExtras ? 7 : 0))
        for (const { block } of plan) {
          const parsed = parseAssociationBlock(writeAssociationBlock(block), block.name)
          expect(parsed).toEqual({ valid: true, ab: { ...block, otherQualifiers: [] } })
        }
        expect(alreadyCovered(plan.map(({ block }) => block)).size).toBe(0)
        expect(plan.every((planned) => isWithinNight(planned, request.date))).toBe(true)
        const ends = plan.map(({ observation }) => observation.start.getTime() + observation.exposureSeconds * 1000)
        const starts = plan.map(({ observation }) => observation.start.getTime())
        // What overlaps is the other arm, some seconds behind.
        const arms = plan.map(({ observation: { setting } }) => setUpOf(setting).arm)
        const isInOrder = starts.slice(1).every((start, i) => {
          if (start > (ends[i] ?? 0)) return true
          return arms[i] !== arms[i + 1] && start - (starts[i] ?? 0) >= 1000 && start - (starts[i] ?? 0) <= 11_000
        })
        expect(isInOrder).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('is the same for the same seed and another for another', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const text = JSON.stringify(planNight(request))
        expect(JSON.stringify(planNight(request))).toBe(text)
        expect(JSON.stringify(planNight({ ...request, seed: request.seed + 1 }))).not.toBe(text)
      }),
      { numRuns: 30 },
    )
  })

  it.each([
    { date: '2026-02-30' },
    { date: 'tonight' },
    { executable: 1.5 },
    { executable: -1 },
    { executable: 10_000 },
    { seed: 0.5 },
    { settings: [] },
  ])('refuses what cannot be: %j', (wrong) => {
    expect(() => planNight({ ...blueNight, ...wrong })).toThrow(PreconditionError)
  })

  it('fits as many exposures as it says', () => {
    const plan = planNight({ ...blueNight, executable: 393 })
    expect(Math.min(...plan.map(({ observation }) => observation.exposureSeconds))).toBeGreaterThan(10)
  })
})

function isWithinNight({ observation }: PlannedBlock, date: string): boolean {
  const end = new Date(observation.start.getTime() + observation.exposureSeconds * 1000)
  const [startText, endText] = [observation.start, end].map((moment) => moment.toISOString().slice(11, 19))
  const sameNight = observingDateOf(observation.start, uves.nightBeginsUtHour) === date
  return sameNight && (startText ?? '') >= '00:10:00' && (endText ?? '') <= '09:00:00'
}
