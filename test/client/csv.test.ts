import { expect, test } from 'vitest'
import { csv } from '../../client/csv.ts'

test('a header, CRLF, quotes where RFC 4180 asks for them, nothing for null', () => {
  const rows = [
    { name: 'a,b', value: 1.5 },
    { name: 'says "x"\nand y', value: null },
  ]
  expect(csv(['name', 'value'], rows)).toBe('name,value\r\n"a,b",1.5\r\n"says ""x""\nand y",\r\n')
})
