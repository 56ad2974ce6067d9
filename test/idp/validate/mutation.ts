import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Card } from '../../../fits/card.ts'
import { formatFits } from '../../../fits/file.ts'
import type { Hdu } from '../../../fits/hdu.ts'
import type { Header } from '../../../fits/header.ts'
import type { NewColumn } from '../../../fits/table.ts'
import type { IdpContext } from '../../../idp/validate.ts'
import { type ExampleIdp, exampleHdus, exampleIdp } from '../example-idp.ts'

/** One thing done to the good file, and the rule that must notice it. Each step may change what the one before made. */
export interface Mutation {
  readonly rule: string
  /** Start from the flux-calibrated file. */
  readonly fluxed?: true
  readonly example?: (example: ExampleIdp) => ExampleIdp
  readonly hdus?: (hdus: readonly Hdu[]) => Hdu[]
  readonly bytes?: (bytes: Buffer) => Buffer
  readonly context?: (context: IdpContext) => IdpContext
  /** Other rules of severity error that such a file breaks by necessity. */
  readonly also?: readonly string[]
}

/** Writes the mutated file into a folder of its own; returns its path. */
export async function writeMutated(folder: string, mutation: Mutation): Promise<string> {
  const good = exampleIdp(mutation.fluxed === true)
  const example = mutation.example?.(good) ?? good
  const hdus = exampleHdus(example)
  const bytes = Buffer.from(formatFits(mutation.hdus?.(hdus) ?? hdus, { checksum: true }))
  await mkdir(folder, { recursive: true })
  const path = join(folder, example.name)
  await writeFile(path, mutation.bytes?.(bytes) ?? bytes)
  return path
}

type Steps = Omit<Mutation, 'rule'>

/** Sets cards of the primary header. */
export const primary = (...cards: readonly Card[]): Steps => ({ hdus: (hdus) => changed(hdus, 0, withAll(cards)) })

/** Sets cards of the extension. */
export const extension = (...cards: readonly Card[]): Steps => ({ hdus: (hdus) => changed(hdus, 1, withAll(cards)) })

export const both = (...cards: readonly Card[]): Steps => ({
  hdus: (hdus) => changed(changed(hdus, 0, withAll(cards)), 1, withAll(cards)),
})

export const withoutPrimary = (...keywords: readonly string[]): Steps => ({
  hdus: (hdus) => changed(hdus, 0, withoutAll(keywords)),
})

export const withoutExtension = (...keywords: readonly string[]): Steps => ({
  hdus: (hdus) => changed(hdus, 1, withoutAll(keywords)),
})

/** Changes the header of one HDU. */
export function changed(hdus: readonly Hdu[], index: number, change: (header: Header) => Header): Hdu[] {
  return hdus.map((hdu, at) => (at === index ? { ...hdu, header: change(hdu.header) } : hdu))
}

/** Changes one column before the file is made. */
export const column = (name: string, change: (column: NewColumn) => NewColumn): Steps => ({
  example: (example) => ({
    ...example,
    columns: example.columns.map((each) => (each.name === name ? change(each) : each)),
  }),
})

/** Changes the numbers of a column. */
export const values = (name: string, change: (value: number, index: number) => number): Steps =>
  column(name, (old) => ({ ...old, values: numbers(old).map(change) }))

/** The numbers of a column, of any type. */
export function numbers({ values: all }: NewColumn): number[] {
  return Array.from<unknown>(all).map(Number)
}

/** Replaces the first occurrence of a text by one of the same length. */
export const bytesReplaced = (from: string, to: string): Steps => ({
  bytes: (bytes) => {
    const at = bytes.indexOf(from, 0, 'latin1')
    if (at < 0 || from.length !== to.length) throw new Error(`${from} cannot be replaced by ${to}`)
    bytes.write(to, at, 'latin1')
    return bytes
  },
})

export const named = (name: string): Steps => ({ example: (example) => ({ ...example, name }) })

const withAll =
  (cards: readonly Card[]) =>
  (header: Header): Header =>
    cards.reduce((result, card) => result.with(card), header)

const withoutAll =
  (keywords: readonly string[]) =>
  (header: Header): Header =>
    keywords.reduce((result, keyword) => result.without(keyword), header)
