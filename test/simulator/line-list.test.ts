import { describe, expect, it } from 'vitest'
import { traceOrder } from '../../simulator/geometry.ts'
import { identifiedLines, lineList } from '../../simulator/line-list.ts'
import { setUpOf } from '../../simulator/set-up.ts'
import { blueSettings, chipCases, redSettings } from './chip-cases.ts'
import { redReferenceValues } from './red-reference-values.ts'
import { referenceValues } from './reference-values.ts'

describe.each(blueSettings)('arc lines at %i nm', (setting) => {
  it('are those of the reference', () => {
    const { lineList: reference } = referenceValues[setting]
    const lines = lineList(setUpOf(setting))
    expect(lines).toHaveLength(reference.count)
    expect(lines.slice(0, 3)).toEqual(reference.first.map(({ wave }) => wave))
    expect(lines.at(-1)).toBe(reference.last.wave)
  })
})

describe.each(redSettings)('arc lines at %i nm', (setting) => {
  it.each([1, 2] as const)('are those of the reference for both chips, binning %i', (binning) => {
    const { count, last } = redReferenceValues[setting][binning === 2 ? '2x2' : '1x1'].lineList
    const lines = lineList(setUpOf(setting, binning))
    expect([lines.length, lines.at(-1)]).toEqual([count, last])
  })
})

describe.each(chipCases)('arc lines of $chip.name at $setting nm, binning $binning', (chipCase) => {
  const { setting, binning, chip, reference } = chipCase
  it('fall on the orders where the wavelength is theirs', () => {
    const lines = identifiedLines(chip, lineList(setUpOf(setting, binning)))
    expect(lines).toHaveLength(reference.lineTableRows)
    for (const { order, x, wavelengthAngstrom } of lines.filter((_, i) => i % 50 === 0)) {
      const wavelengths = traceOrder(chip, order).wavelengthAngstrom
      const below = wavelengths[Math.floor(x) - 1] ?? Number.NaN
      const above = wavelengths[Math.floor(x)] ?? Number.NaN
      expect(below + (x % 1) * (above - below)).toBeCloseTo(wavelengthAngstrom, 6)
    }
  })
})
