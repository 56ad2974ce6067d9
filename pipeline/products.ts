import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { OutcomeError } from '../domain/failure.ts'
import { readStatus } from './recipe-folder.ts'

/** A file that a recipe wrote. */
export interface Product {
  readonly fileName: string
  /** PRO CATG, e.g. `RED_SCI_POINT_BLUE`. */
  readonly category: string
  readonly path: string
  readonly bytes: number
}

const productList = z.array(z.object({ name: z.string(), category: z.string() }))

/**
 * The products of a recipe that succeeded: exit code 0, and the list that esorex writes last, and every file in it. Files
 * without that list do not count, since a full disk leaves some of them behind. Throws OutcomeError (`product`) otherwise.
 */
export function listProducts(folder: string): Product[] {
  const exitCode = readStatus(folder)?.exitCode ?? null
  if (exitCode !== 0)
    throw new OutcomeError('product', `no products: the recipe ended with exit code ${exitCode ?? 'none'}`)
  return parseProducts(readList(folder)).map(({ name, category }) => {
    const path = resolve(folder, name)
    if (dirname(path) !== resolve(folder, 'products')) {
      throw new OutcomeError('product', `product ${name} is not in the folder of products`)
    }
    const bytes = statSync(path, { throwIfNoEntry: false })?.size
    if (bytes === undefined) throw new OutcomeError('product', `product ${name} is in the list but not on disk`)
    if (bytes === 0) throw new OutcomeError('product', `product ${name} is empty`)
    return { fileName: basename(path), category, path, bytes }
  })
}

/** Reads what `--products-sof=products.json` gives. Throws OutcomeError (`product`) for anything else and for an empty list. */
export function parseProducts(text: string): { name: string; category: string }[] {
  const parsed = productList.safeParse(parseJson(text))
  if (!parsed.success) throw new OutcomeError('product', 'products.json is not a list of names and categories')
  if (parsed.data.length === 0) throw new OutcomeError('product', 'the recipe succeeded without any product')
  return parsed.data
}

function readList(folder: string): string {
  try {
    return readFileSync(join(folder, 'products.json'), 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new OutcomeError('product', 'the recipe ended with exit code 0 but without products.json')
    }
    throw cause
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
