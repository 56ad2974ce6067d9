import { expect, test } from 'vitest'
import { double, history, integer, logical, string } from '../../fits/card.ts'
import { parseCard } from '../../fits/card.ts'
import { qcParameters } from '../../pipeline/qc-parameters.ts'

test('numbers, text and order numbers; other cards are passed over', () => {
  const cards = [
    string('ORIGIN', 'ESO'),
    history('ESO QC in a history card'),
    double('ESO BNOISE', 1.1558),
    string('ESO QC DID', 'UVES-1.14', 'ESO QC DID'),
    parseCard('HIERARCH ESO QC ORD14 OBJ SN = 47.0046 / Av. S/N at order center'),
    parseCard('HIERARCH ESO QC ORD1 OBJ RPLPAR = -1. / Av. relative ripple amplitude'),
    integer('ESO QC EX NORD', 31, 'No. of orders extracted'),
    integer('ESO QC ORDMIN', 94),
    logical('ESO QC SATURATED', false),
    double('ESO QC EX NORD', 5),
  ]
  expect(qcParameters(cards)).toEqual([
    { name: 'QC DID', orderNumber: null, value: null, text: 'UVES-1.14', comment: 'ESO QC DID' },
    { name: 'QC ORD14 OBJ SN', orderNumber: 14, value: 47.0046, text: null, comment: 'Av. S/N at order center' },
    { name: 'QC ORD1 OBJ RPLPAR', orderNumber: 1, value: -1, text: null, comment: 'Av. relative ripple amplitude' },
    { name: 'QC EX NORD', orderNumber: null, value: 31, text: null, comment: 'No. of orders extracted' },
    { name: 'QC ORDMIN', orderNumber: null, value: 94, text: null, comment: '' },
    { name: 'QC SATURATED', orderNumber: null, value: null, text: 'F', comment: '' },
  ])
})
