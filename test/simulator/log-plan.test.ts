import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { alreadyCovered, leftOutReason } from '../../domain/certification.ts'
import { observingDateOf } from '../../domain/observing-date.ts'
import { parseAssociationBlock } from '../../domain/parse-association-block.ts'
import { writeAssociationBlock } from '../../domain/write-association-block.ts'
import { loadInstrument } from '../../settings/instruments.ts'
import { planLogNight } from '../../simulator/log-plan.ts'
import { type LoggedFlats, readCalibrationLog, readScienceLog } from '../../simulator/observing-log.ts'
import { settingNames } from '../../simulator/set-up.ts'

const science = await readScienceLog('simulator/logs/uves-science-log.csv')
const flats = await readCalibrationLog('simulator/logs/uves-calibration-log.csv')
const uves = await loadInstrument('instruments', 'UVES')
const nights = [...new Set(science.map(({ start }) => observingDateOf(start, 12)))]
const logs = { seed: 1, science, flats, exposures: null }

const folder = mkdtempSync(join(tmpdir(), 'phoenix-logs-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the shipped logs', () => {
  it('are those of their README', () => {
    expect(science).toHaveLength(4903)
    expect(flats).toHaveLength(1304)
    expect(nights).toHaveLength(95)
    expect(science.some(({ object }) => object.includes('  '))).toBe(true)
    expect(science[0]).toEqual({
      dpId: 'UVES.2014-09-16T00:46:03.450',
      start: new Date('2014-09-16T00:46:03.450Z'),
      exposureSeconds: 7.499,
      object: 'HD145502',
      raDegrees: 15 * (16 + 11 / 60 + 59.78 / 3600),
      decDegrees: -(19 + 27 / 60 + 38.3 / 3600),
      programId: '194.C-0833(A)',
      template: '2014-09-16T00:45:28',
      setting: 564,
    })
  })
})

describe('the night of a log on paper', () => {
  it.each(nights)('%s: every exposure once, as observed, with calibrations that serve it', (date) => {
    const rows = science.filter(({ start }) => observingDateOf(start, 12) === date)
    const plan = planLogNight({ ...logs, date })
    expect(plan.map(({ observation }) => observation.dpId)).toEqual(rows.map(({ dpId }) => dpId).toSorted())
    for (const setting of settingNames) {
      const count = plan.filter(({ observation }) => observation.setting === setting).length
      expect(count).toBe(rows.filter((row) => row.setting === setting).length)
    }
    const byName = new Map(rows.map((row) => [`${row.dpId}.ab`, row]))
    for (const { block, observation, expectation } of plan) {
      expect(observation).toMatchObject({
        object: byName.get(block.name)?.object,
        exposureSeconds: byName.get(block.name)?.exposureSeconds,
      })
      expect(leftOutReason(block, uves)?.code ?? null).toBe(
        expectation.expect === 'left-out' ? expectation.reason : null,
      )
    }
    expect(alreadyCovered(plan.map(({ block }) => block)).size).toBe(0)
  })

  it('writes blocks that can be read, at times a millisecond apart', () => {
    const plan = planLogNight({ ...logs, date: '2014-09-15' })
    expect(plan).toHaveLength(384)
    for (const { block } of plan) {
      expect(parseAssociationBlock(writeAssociationBlock(block), block.name)).toEqual({
        valid: true,
        ab: { ...block, otherQualifiers: [] },
      })
    }
    const seconds = plan.map(({ block }) => block.name.slice(0, 24))
    expect(new Set(seconds).size).toBeLessThan(384)
  })

  it('mixes arms, binnings and the absorption cell', () => {
    const kinds = planLogNight({ ...logs, date: '2016-05-09' }).map(
      ({ observation: { setting, binning, technique } }) => `${setting} ${binning} ${technique}`,
    )
    expect(kinds).toHaveLength(60)
    for (const part of ['346 2', '437 2', '564 2', '860 1', 'ABSORPTION-CELL']) {
      expect(kinds.some((kind) => kind.includes(part))).toBe(true)
    }
  })

  it('gives the closest flat of the setting; none within three days: it is only promised', () => {
    const day = fc.double({ min: -6, max: 6, noNaN: true })
    const near = fc.record({ setting: fc.constantFrom(346, 437, 564, 860), day })
    fc.assert(
      fc.property(fc.array(near, { maxLength: 12 }), (list) => {
        const middle = Date.parse('2016-05-10T04:00:00Z')
        const own: LoggedFlats[] = list.map((each) => ({
          ...each,
          start: new Date(middle + Math.round(each.day * 86_400_000)),
        }))
        for (const { observation, block, calibrations } of planLogNight({ ...logs, date: '2016-05-09', flats: own })) {
          const at = observation.start.getTime() + observation.exposureSeconds * 500
          const distances = own
            .filter(({ setting }) => setting === observation.setting)
            .map(({ start }) => Math.abs(start.getTime() - at))
          const least = Math.min(...distances, Number.POSITIVE_INFINITY)
          const used = calibrations.find(({ kind }) => kind === 'MASTER_FLAT')
          const isNear = least <= 3 * 86_400_000
          expect(used === undefined).toBe(!isNear)
          expect(block.calibrations.some(({ flag }) => flag === 'VIRTUAL')).toBe(!isNear)
          expect(used?.start === undefined ? null : Math.abs(Number(used.start) - at)).toBe(isNear ? least : null)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('gives one name to one calibration, on all nights together', () => {
    const content = new Map<string, string>()
    for (const { fileName, ...rest } of nights.flatMap((date) =>
      planLogNight({ ...logs, date }).flatMap((planned) => planned.calibrations),
    )) {
      const text = JSON.stringify(rest)
      expect(content.get(fileName) ?? text).toBe(text)
      content.set(fileName, text)
    }
    expect(content.size).toBeGreaterThan(1000)
  })

  it('repeats frames of the same set-up, every set-up having one of its own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 70 }), (exposures) => {
        const plan = planLogNight({ ...logs, date: '2016-05-09', exposures })
        const byId = new Map(plan.map((planned) => [planned.observation.dpId, planned.observation]))
        const sources = new Set(plan.map(({ pixelsOf }) => pixelsOf))
        expect(sources.size).toBe(Math.min(exposures, plan.length))
        for (const { observation, pixelsOf } of plan) {
          const source = byId.get(pixelsOf)
          expect(source).toMatchObject({
            setting: observation.setting,
            binning: observation.binning,
            light: observation.light,
          })
          expect(sources.has(observation.dpId)).toBe(observation.dpId === pixelsOf)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('tells what cannot be', () => {
    expect(() => planLogNight({ ...logs, date: '2016-05-08' })).toThrow(
      'the log has no exposures of the night 2016-05-08: it has 95 nights from 2014-09-15 to 2019-02-11, the nearest is 2016-05-07',
    )
    expect(() => planLogNight({ ...logs, date: '2016-05-09', exposures: 3 })).toThrow('3 frames are too few for the ')
    const strange = science.map((row) => ({ ...row, setting: 600 }))
    expect(() => planLogNight({ ...logs, science: strange, date: '2016-05-09' })).toThrow('no setting 600 nm')
  })
})

describe('a log that is not one', () => {
  it.each([
    ['dp_id,exptime\nUVES.2014-09-16T00:46:03.450,1\n', 'row 1: object'],
    [
      'dp_id,exptime,object,ra,dec,prog_id,tpl_start,setting_nm\nUVES.x,1,a,1:00:00,-1:00:00,p,,346\n',
      'row 1: dp_id: expected a name with a time',
    ],
    [
      'dp_id,exptime,object,ra,dec,prog_id,tpl_start,setting_nm\nUVES.2014-09-16T00:46:03.450,long,a,1:00:00,-1:00:00,p,,346\n',
      'row 1: exptime: expected a number',
    ],
    ['dp_id,exptime\n"a', 'line 2: '],
  ])('%j is refused with its row', async (text, message) => {
    const path = join(folder, 'log.csv')
    writeFileSync(path, text)
    await expect(readScienceLog(path)).rejects.toThrow(message)
  })

  it('a file that is not there is told', async () => {
    await expect(readScienceLog(join(folder, 'none.csv'))).rejects.toThrow('cannot be read')
  })
})
