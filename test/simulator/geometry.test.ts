import { describe, expect, it } from 'vitest'
import { calibratedOrders, orderCentre, ordersOnChip, relativeOrder, traceOrder } from '../../simulator/geometry.ts'
import { type SettingName, settings } from '../../simulator/uves-blue.ts'
import { referenceValues } from './reference-values.ts'

const names: SettingName[] = [346, 390, 437]

describe.each(names)('echelle geometry at %i nm', (name) => {
  const setting = settings[name]
  const reference = referenceValues[name]

  it.each([...reference.geometry])(
    'agrees with the reference at order $m, x $xp',
    ({ m, xp, yp, lambda, dlam, blaze }) => {
      const trace = traceOrder(setting, m)
      expect(relative(trace.centrePixels[xp - 1], yp)).toBeLessThan(1e-6)
      expect(relative(trace.wavelengthAngstrom[xp - 1], lambda)).toBeLessThan(1e-6)
      expect(relative(trace.angstromPerPixel[xp - 1], dlam)).toBeLessThan(1e-6)
      expect(relative(trace.blaze[xp - 1], blaze)).toBeLessThan(1e-6)
      expect(relative(orderCentre(setting, m, xp), yp)).toBeLessThan(1e-6)
    },
  )

  it('calibrates the orders that lie well on the chip', () => {
    const orders = calibratedOrders(setting)
    const [lowest, highest] = reference.calibratedOrders
    expect([orders[0], orders.at(-1), orders.length]).toEqual([lowest, highest, highest - lowest + 1])
    expect(ordersOnChip(setting)).toEqual(expect.arrayContaining(orders))
    expect([relativeOrder(setting, highest), relativeOrder(setting, lowest)]).toEqual([1, orders.length])
  })

  it('has wavelengths that grow along every order and overlap with the next', () => {
    for (const order of calibratedOrders(setting).slice(1)) {
      const trace = traceOrder(setting, order)
      expect(trace.angstromPerPixel.every((step) => step > 0.02 && step < 0.065)).toBe(true)
      const redder = traceOrder(setting, order - 1)
      expect(trace.wavelengthAngstrom.at(-1)).toBeGreaterThan(redder.wavelengthAngstrom[0] ?? Number.POSITIVE_INFINITY)
    }
  })
})

function relative(value: number | undefined, expected: number): number {
  return Math.abs((value ?? Number.NaN) / expected - 1)
}
