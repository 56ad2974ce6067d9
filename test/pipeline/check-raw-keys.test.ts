import { expect, test } from 'vitest'
import { modesOf } from '../../domain/certification.ts'
import { type Card, double, string } from '../../fits/card.ts'
import { Header } from '../../fits/header.ts'
import { checkRaw } from '../../pipeline/check-raw.ts'
import { loadInstrument } from '../../settings/instruments.ts'
import { projectRoot } from '../../settings/project.ts'
import { rawChipCards, rawPrimaryCards } from '../../simulator/frame-header.ts'
import { planNight } from '../../simulator/night-plan.ts'
import { setUpOf } from '../../simulator/set-up.ts'

// A raw of the simulated night against its own block, with the instrument file as it is.

const modes = modesOf(await loadInstrument(`${projectRoot()}/instruments`, 'UVES'), 'SCI_POINT_BLUE')
const night = { instrument: 'UVES', date: '2026-03-01', seed: 1, executable: 1, withExtras: false } as const
const [planned] = planNight({ ...night, settings: [437] })
if (planned === undefined) throw new Error('the night has no block')
const { block, observation } = planned
const setUp = setUpOf(observation.setting)
const cards = [...rawPrimaryCards({ ...observation, template: 'test', setUp }), ...setUp.chips.flatMap(rawChipCards)]

/** The header with one keyword changed; null takes it away. */
const changed = (keyword: string, card: Card | null) =>
  new Header(cards.flatMap((each) => (each.keyword === keyword ? (card ?? []) : each)))
const check = (header: Header) => () => checkRaw(header, block, modes)
const inHeader = (keyword: string) => `ESO ${keyword.replaceAll('.', ' ')}`

test('agrees with it, and shows the certified mode', () => {
  expect(check(new Header(cards))()).toMatchObject({ rawType: 'SCI_POINT_BLUE', certified: true })
})

test.each(block.rawMatchKeys.map(({ keyword, value }) => [keyword, value]))(
  '%s that differs or is absent is refused',
  (keyword, value) => {
    const says = `${block.name} says ${value}`
    const other = string(inHeader(keyword), 'something else')
    expect(check(changed(inHeader(keyword), other))).toThrow(`the raw's ${keyword} is something else, ${says}`)
    expect(check(changed(inHeader(keyword), null))).toThrow(`the raw's ${keyword} is absent, ${says}`)
  },
)

test('numbers agree by value, however they are written, and differ beyond rounding', () => {
  const keyword = 'ESO INS GRAT1 WLEN'
  for (const card of [double(keyword, 437), string(keyword, ' 437.00 ')]) {
    expect(check(changed(keyword, card))()).toMatchObject({ certified: true })
  }
  expect(check(changed(keyword, double(keyword, 437.001)))).toThrow('INS.GRAT1.WLEN is 437.001')
  expect(check(changed(keyword, string(keyword, '')))).toThrow('INS.GRAT1.WLEN is ')
})
