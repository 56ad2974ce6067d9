import { describe, expect, it } from 'vitest'
import { calibratedOrders, orderCentre, ordersOnChip, relativeOrder, traceOrder } from '../../simulator/geometry.ts'
import { PreconditionError } from '../../domain/failure.ts'
import { settingNames, setUpOf } from '../../simulator/set-up.ts'
import { chipCases } from './chip-cases.ts'

describe.each(chipCases)('echelle geometry of $chip.name at $setting nm, binning $binning', ({ chip, reference }) => {
  it.each([...reference.geometry])(
    'agrees with the reference at order $m, x $xp',
    ({ m, xp, yp, lambda, dlam, blaze }) => {
      const trace = traceOrder(chip, m)
      expect(relative(trace.centrePixels[xp - 1], yp)).toBeLessThan(1e-6)
      expect(relative(trace.wavelengthAngstrom[xp - 1], lambda)).toBeLessThan(1e-6)
      expect(relative(trace.angstromPerPixel[xp - 1], dlam)).toBeLessThan(1e-6)
      expect(relative(trace.blaze[xp - 1], blaze)).toBeLessThan(1e-6)
      expect(relative(orderCentre(chip, m, xp), yp)).toBeLessThan(1e-6)
    },
  )

  it('calibrates the orders that lie well on the chip', () => {
    const orders = calibratedOrders(chip)
    const [lowest, highest] = reference.calibratedOrders
    expect([orders[0], orders.at(-1), orders.length]).toEqual([lowest, highest, highest - lowest + 1])
    expect(ordersOnChip(chip)).toEqual(expect.arrayContaining(orders))
    expect([relativeOrder(chip, highest), relativeOrder(chip, lowest)]).toEqual([1, orders.length])
  })

  it('has wavelengths that grow along every order and from order to order', () => {
    for (const order of calibratedOrders(chip).slice(1)) {
      const trace = traceOrder(chip, order)
      expect(trace.angstromPerPixel.every((step) => step > 0 && step * chip.binning < 0.24)).toBe(true)
      const redder = traceOrder(chip, order - 1)
      expect(redder.wavelengthAngstrom[0]).toBeGreaterThan(trace.wavelengthAngstrom[0] ?? Number.POSITIVE_INFINITY)
    }
  })
})

describe('set-ups', () => {
  it('have one chip in the blue, two in the red: the bluer first', () => {
    for (const setting of settingNames) {
      const { arm, chips } = setUpOf(setting)
      expect(chips.map(({ name }) => name)).toEqual(arm === 'BLUE' ? ['BLUE'] : ['REDL', 'REDU'])
    }
  })

  it('refuses a binning of which no geometry is known', () => {
    expect(() => setUpOf(437, 1)).toThrow(PreconditionError)
  })
})

function relative(value: number | undefined, expected: number): number {
  return Math.abs((value ?? Number.NaN) / expected - 1)
}
