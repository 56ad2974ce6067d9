import type { PreviewFacts } from '../preview.ts'
import { text } from './markup.ts'

const longestObject = 44

/** Two lines above the plot: what was observed and how; when, for whom, and what became of the flux. */
export function factsText(facts: PreviewFacts): string {
  const object = facts.object.length > longestObject ? `${facts.object.slice(0, longestObject - 1)}…` : facts.object
  const exposure = `${facts.instrument} ${facts.setting} · ${Number(facts.exposureSeconds.toFixed(1))} s`
  return [
    text(object, { x: 72, y: 26, size: 18, isBold: true }),
    text(`S/N ${facts.signalToNoise.toFixed(facts.signalToNoise < 10 ? 1 : 0)}`, {
      x: 880,
      y: 26,
      size: 18,
      anchor: 'end',
      isBold: true,
    }),
    text(`${exposure} · ${facts.startedAt.replace('T', ' ')} UT · ${facts.program}`, {
      x: 72,
      y: 46,
      size: 12,
      colour: '#444444',
    }),
    text(facts.isFluxCalibrated ? 'flux-calibrated' : 'not flux-calibrated', {
      x: 880,
      y: 46,
      size: 12,
      anchor: 'end',
      colour: facts.isFluxCalibrated ? '#1b6e3c' : '#8a5a00',
    }),
  ].join('\n')
}
