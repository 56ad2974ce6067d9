const underWay = new Map<string, Promise<unknown>>()

/** Those of this process that work on the same thing take turns. */
export async function oneAtATime<Result>(thing: string, work: () => Promise<Result>): Promise<Result> {
  const before = underWay.get(thing) ?? Promise.resolve()
  const mine = before.then(work, work)
  underWay.set(thing, mine)
  try {
    return await mine
  } finally {
    if (underWay.get(thing) === mine) underWay.delete(thing)
  }
}
