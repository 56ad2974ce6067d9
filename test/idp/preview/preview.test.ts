import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { double, integer } from '../../../fits/card.ts'
import { writeFits } from '../../../fits/file.ts'
import { imageHdu } from '../../../fits/image.ts'
import { convert } from '../../../idp/convert.ts'
import { type PreviewSpectrum, previewPng, previewSvg, readPreview } from '../../../idp/preview.ts'
import { exampleChip, exampleInput } from '../convert/example-input.ts'

const spectrum: PreviewSpectrum = {
  wave: Float64Array.from({ length: 5000 }, (_, i) => 4000 + i * 0.1),
  flux: Float32Array.from({ length: 5000 }, (_, i) => 100 + 10 * Math.sin(i / 100)),
  error: Float32Array.from({ length: 5000 }, () => 3),
  quality: Int32Array.from({ length: 5000 }, (_, i) => (i < 50 ? 1 : 0)),
  signalToNoisePerOrder: [34.2, 46.6, 47.9],
  facts: {
    object: 'SIM-STAR',
    instrument: 'UVES',
    setting: 'BLUE437d2',
    exposureSeconds: 1200,
    signalToNoise: 42.21,
    startedAt: '2026-03-02T03:36:00',
    program: '60.A-9022(A)',
    isFluxCalibrated: false,
    fluxUnit: 'flux, ADU',
  },
}

describe('the picture of a spectrum', () => {
  it('tells what the exposure is', () => {
    const texts = [...previewSvg(spectrum).matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)
    expect(texts).toEqual(
      expect.arrayContaining([
        'SIM-STAR',
        'S/N 42',
        'UVES BLUE437d2 · 1200 s · 2026-03-02 03:36:00 UT · 60.A-9022(A)',
        'not flux-calibrated',
        'flux, ADU',
        'wavelength in air, Å',
        '4200',
        '48',
        'orders, from the bluest',
      ]),
    )
    expect(previewSvg({ ...spectrum, facts: { ...spectrum.facts, isFluxCalibrated: true } })).toContain(
      '>flux-calibrated<',
    )
  })

  it('stands alone: nothing to run and nothing to fetch', () => {
    expect(previewSvg(spectrum)).not.toMatch(/<script|<style|<image|href|url\((?!#plot\))/)
  })

  it('has one bar for each order, none of negative height, and no strip without orders', () => {
    const bars = (perOrder: readonly number[]) =>
      [
        ...previewSvg({ ...spectrum, signalToNoisePerOrder: perOrder }).matchAll(/height="([\d.-]+)" fill="#9db58a"/g),
      ].map(([, height]) => Number(height))
    expect(bars([10, 20, 4])).toEqual([15.3, 30.6, 6.1])
    expect(bars([-0.3, Number.NaN, 2])).toEqual([0, 0, 30.6])
    expect(previewSvg({ ...spectrum, signalToNoisePerOrder: [] })).not.toContain('orders, from the bluest')
  })

  it('is drawn of anything that a converted spectrum may hold', () => {
    const anything = fc.oneof(fc.float(), fc.constantFrom(0, Number.NaN, 1e-30, 1e30))
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, anything, fc.constantFrom(0, 1)), { maxLength: 200 }), (samples) => {
        const svg = previewSvg({
          ...spectrum,
          wave: samples.map((_, i) => 4000 + i),
          flux: samples.map(([flux]) => flux),
          error: samples.map(([, error]) => error),
          quality: samples.map(([, , quality]) => quality),
        })
        expect(svg).not.toMatch(/NaN|Infinity/)
      }),
    )
  })

  it('breaks the line where there are no data', () => {
    const gap = Int32Array.from({ length: 5000 }, (_, i) => (i > 2000 && i < 2500 ? 1 : 0))
    const lines = (quality: Int32Array) => previewSvg({ ...spectrum, quality }).split('<polyline').length - 1
    expect(lines(gap)).toBe(2)
    expect(lines(new Int32Array(5000))).toBe(1)
  })
})

describe('previewPng', () => {
  it('is a PNG of twice the size, with its text drawn by the fonts that come with the program', async () => {
    const png = await previewPng(previewSvg(spectrum))
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1800, 720])
    const inkOf = async (content: string) =>
      (
        await previewPng(
          `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="40"><text x="5" y="30">${content}</text></svg>`,
        )
      ).length
    expect(await inkOf('10⁻¹⁶ erg cm⁻² s⁻¹ Å⁻¹')).toBeGreaterThan((await inkOf('')) + 1000)
  })

  it('accepts the picture of any name', async () => {
    const names = [`<&>"'`, '\u0000\u0007]]>', 'ΑΒΓ', '<script>alert(1)</script>']
    for (const object of names) {
      const svg = previewSvg({ ...spectrum, facts: { ...spectrum.facts, object } })
      expect(svg).not.toContain('<script')
      expect((await previewPng(svg)).length).toBeGreaterThan(10_000)
    }
  })
})

describe('readPreview', () => {
  it('takes the main flux and the facts from the IDP, the orders from the products', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'phoenix-preview-'))
    try {
      const response = () => 6.4
      const small = { samples: 300, first: 10, last: 289 }
      const chips = [exampleChip({ ...small, response })] as const
      const path = join(folder, 'idp.fits')
      await writeFits(path, convert(exampleInput({ chips, fluxCalibrated: true, reason: null })))
      const product = join(folder, 'red.fits')
      const quality = [
        integer('ESO QC EX NORD', 3),
        double('ESO QC ORD1 OBJ SN', 34.2),
        double('ESO QC ORD3 OBJ SN', 47),
      ]
      await writeFits(product, [imageHdu({ header: quality, data: new Float32Array(3), shape: [3] })])
      const preview = await readPreview(path, [product])
      expect(preview.facts).toEqual({
        ...spectrum.facts,
        startedAt: '2023-02-25T03:36:00',
        isFluxCalibrated: true,
        fluxUnit: 'flux, 10⁻¹⁶ erg cm⁻² s⁻¹ Å⁻¹',
      })
      expect(preview.signalToNoisePerOrder).toEqual([34.2, Number.NaN, 47])
      expect(preview.flux[100]).toBeCloseTo(844.2 * 6.4, 2)
      expect(preview.error[100]).toBeCloseTo(20 * 6.4, 3)
      expect(previewSvg(preview)).toContain('>flux-calibrated<')
      expect((await readPreview(path, [])).signalToNoisePerOrder).toEqual([])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
