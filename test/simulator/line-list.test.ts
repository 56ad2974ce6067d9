import { describe, expect, it } from 'vitest'
import { traceOrder } from '../../simulator/geometry.ts'
import { identifiedLines, lineList } from '../../simulator/line-list.ts'
import { type SettingName, settings } from '../../simulator/uves-blue.ts'
import { referenceValues } from './reference-values.ts'

const names: SettingName[] = [346, 390, 437]

describe.each(names)('arc lines at %i nm', (name) => {
  const { lineList: reference, lineTableRows } = referenceValues[name]

  it('are those of the reference', () => {
    const lines = lineList(settings[name])
    expect(lines).toHaveLength(reference.count)
    expect(lines.slice(0, 3)).toEqual(reference.first.map(({ wave }) => wave))
    expect(lines.at(-1)).toBe(reference.last.wave)
  })

  it('fall on the orders where the wavelength is theirs', () => {
    const lines = identifiedLines(settings[name])
    expect(lines).toHaveLength(lineTableRows)
    for (const { order, x, wavelengthAngstrom } of lines.filter((_, i) => i % 50 === 0)) {
      const wavelengths = traceOrder(settings[name], order).wavelengthAngstrom
      const below = wavelengths[Math.floor(x) - 1] ?? Number.NaN
      const above = wavelengths[Math.floor(x)] ?? Number.NaN
      expect(below + (x % 1) * (above - below)).toBeCloseTo(wavelengthAngstrom, 6)
    }
  })
})
