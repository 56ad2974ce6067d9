import { expect, test } from 'vitest'
import type { DateView } from '../../database/date-view.ts'
import type { AbReport } from '../../database/report.ts'
import { campaignPage } from '../../report/campaign-page.ts'
import { datePage } from '../../report/date-page.ts'
import { failuresByCause, totalsOf } from '../../report/totals.ts'
import { exampleAb } from './example-ab.ts'

const NOW = new Date('2026-03-02T12:00:00Z')
const at = (time: string) => new Date(`2026-03-02T${time}Z`)

const idp = {
  archiveName: 'ADP',
  role: 'spectrum',
  kind: 'standard',
  state: 'live',
  bytes: 1,
  ingestedAt: null,
} as const

function viewOf(abs: readonly AbReport[], more: Partial<DateView> = {}): DateView {
  return {
    instrument: 'UVES',
    date: '2026-03-01',
    abDir: '/ab/UVES/2026-03-01',
    registeredAt: at('08:00:00'),
    runs: [],
    abs,
    ingestion: [],
    heldBy: [],
    systematicFailures: [],
    phase: null,
    coreSpans: [],
    events: [],
    earlier: null,
    later: null,
    ...more,
  }
}

test('totals: sums over the blocks, and the highest memory', () => {
  const abs = [
    exampleAb({
      wallSeconds: 3,
      cpuSeconds: 2,
      peakRssBytes: 5e8,
      qc1Count: 10,
      idps: [idp, { ...idp, state: 'pending' }],
    }),
    exampleAb({ state: 'failed', wallSeconds: 1.5, peakRssBytes: 2e8, idps: [] }),
    exampleAb({ state: 'left out' }),
  ]
  expect(totalsOf(abs)).toEqual({
    states: { processed: 1, failed: 1, 'left out': 1 },
    idps: { live: 1, pending: 1 },
    qc1Values: 10,
    wallSeconds: 4.5,
    cpuSeconds: 2,
    peakRssBytes: 5e8,
  })
  expect(totalsOf([]).peakRssBytes).toBe(0)
})

test('failures by cause, biggest first: numbers and names make no other cause', () => {
  const failed = (abName: string, cause: string) => exampleAb({ abName, state: 'failed', failureKind: 'recipe', cause })
  const groups = failuresByCause([
    failed('a.ab', 'no object found'),
    failed('b.ab', 'only 3 orders in /scratch/1/x.fits'),
    failed('c.ab', 'only 17 orders in /scratch/2/y.fits'),
    exampleAb({ abName: 'd.ab', state: 'processed' }),
  ])
  expect(groups.map(({ kind, cause, abNames }) => [kind, cause, abNames])).toEqual([
    ['recipe', 'only 3 orders in /scratch/1/x.fits', ['b.ab', 'c.ab']],
    ['recipe', 'no object found', ['a.ab']],
  ])
})

test('the page: summary, run, time line, failures, scores, blocks, spectra, all in one file without a script', async () => {
  const abs = [
    exampleAb({ abName: 'a.ab', target: 'HD 1', state: 'processed', idps: [{ ...idp, archiveName: 'ADP.1.fits' }] }),
    exampleAb({ abName: 'b.ab', state: 'failed', failureKind: 'recipe', cause: 'no object found' }),
    exampleAb({ abName: 'c.ab', state: 'left out', leftOutCode: 'virtual calibration', cause: 'only promised' }),
  ]
  const html = await datePage({
    view: viewOf(abs, {
      runs: [
        {
          runNumber: 7,
          state: 'done',
          waitsFor: null,
          problems: ['a problem'],
          host: 'muc01',
          orderId: 1,
          kind: 'run',
          orderedBy: 'ada',
          leaveOutMissing: false,
          pipelineVersion: 'uves/6.1.8',
          instrumentFile: null,
          startedAt: at('09:00:00'),
          endedAt: at('09:01:00'),
          bytesFreed: 1,
        },
      ],
      coreSpans: [
        { host: 'muc01', abName: 'a.ab', startedAt: at('09:00:00'), endedAt: at('09:00:30'), endedAs: 'processed' },
        { host: 'muc01', abName: 'b.ab', startedAt: at('09:00:10'), endedAt: null, endedAs: null },
      ],
    }),
    scores: [{ abName: 'a.ab', name: 'lines used', value: 17.123456, limit: 'at least 200' }],
    previews: [{ abName: 'a.ab', archiveName: 'ADP.1.fits', svg: '<svg/>' }],
    now: NOW,
  })
  expect(html).toContain('ABs: 1 processed, 1 failed, 1 left out. IDPs: 1 live.')
  expect(html).toContain('run 7 on muc01, 2026-03-02 09:00 (60 s), ordered by ada, pipeline uves/6.1.8')
  expect(html).toContain('a problem')
  expect(html).toContain('<title>a.ab: processed, 30.0 s</title>')
  expect(html).toContain('<td class="text">no object found</td>')
  expect(html).toContain('17.12')
  expect(html).toContain('only promised')
  expect(html).toContain(`data:image/svg+xml;base64,${Buffer.from('<svg/>').toString('base64')}`)
  expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
})

test('what a header or a log holds is text, not markup', async () => {
  const evil = '<img src=x onerror=alert(1)>'
  const abs = [exampleAb({ abName: 'a.ab', target: evil, state: 'failed', failureKind: 'recipe', cause: evil })]
  const html = await datePage({ view: viewOf(abs, { abDir: evil }), scores: [], previews: [], now: NOW })
  expect(html).not.toContain('<img src=x')
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
})

test('a date of which nothing ran has a page too', async () => {
  const html = await datePage({ view: viewOf([]), scores: [], previews: [], now: NOW })
  expect(html).toContain('ABs: none. IDPs: none.')
  expect(html).not.toContain('Time line')
})

test('the page of a campaign: order, counts, failures by cause, every date', async () => {
  const html = await campaignPage({
    campaign: {
      orderId: 12,
      kind: 'reprocess',
      instrument: 'UVES',
      orderedBy: 'ada',
      orderedAt: at('08:00:00'),
      reason: 'new <flat>',
      newestFirst: true,
      datesAtOnce: 1,
      anyTime: false,
      leaveOutMissing: false,
      trial: false,
      endedAt: null,
      endedAs: null,
      waitsFor: 'the window',
    },
    progress: {
      abs: 9,
      processed: 5,
      failed: 2,
      interrupted: 1,
      gone: 0,
      dates: { done: 1, waiting: 1 },
      answersPerHour: null,
      secondsLeft: null,
    },
    causes: [{ cause: 'recipe: no order', abs: 2, example: 'a.ab' }],
    dates: [
      { date: '2026-03-01', position: 1, state: 'done', runNumber: 7, detail: null },
      { date: '2026-02-28', position: 2, state: 'put off', runNumber: null, detail: 'run 5 of bob is open' },
    ],
    now: NOW,
  })
  expect(html).toContain('campaign/12: reprocess of UVES')
  expect(html).toContain('new &lt;flat&gt;')
  expect(html).toContain('ABs: 5 processed, 2 failed, 1 interrupted, of 9.')
  expect(html).toContain('recipe: no order')
  expect(html).toContain('run 5 of bob is open')
  expect(html).toContain('Waits: the window')
})
