import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recipeParameters } from '../../domain/recipe-parameters.ts'

const given = (parameters: Record<string, string | number | boolean>, ...recipeParams: string[]) =>
  recipeParameters({ parameters }, { recipeParameters: recipeParams })

describe('parameters of a recipe', () => {
  it('are written as esorex takes them', () => {
    expect(given({ 'reduce.extract.method': 'optimal', 'reduce.extract.kappa': 4.5, 'reduce.skysub': false })).toEqual([
      '--reduce.extract.method=optimal',
      '--reduce.extract.kappa=4.5',
      '--reduce.skysub=FALSE',
    ])
  })

  it("those of the block take the place of the file's", () => {
    expect(given({ a: 1, b: true }, '--b=FALSE', '--c=x=y')).toEqual(['--a=1', '--b=FALSE', '--c=x=y'])
  })

  it('each name once, none lost, and the last word is that of the block', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c.d', 'c.e', 'f-g'))
    fc.assert(
      fc.property(names, names, (inFile, inBlock) => {
        const block = inBlock.map((name) => `--${name}=block`)
        const all = given(Object.fromEntries(inFile.map((name) => [name, 'file'])), ...block)
        expect(all.toSorted()).toEqual(
          [...block, ...inFile.filter((name) => !inBlock.includes(name)).map((name) => `--${name}=file`)].toSorted(),
        )
      }),
    )
  })
})
