import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CpuGate } from '../../activities/cpu-gate.ts'

const never = new AbortController().signal

/** Lets everything that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

function watched(gate: CpuGate, order: string[]) {
  return (name: string, priority: number, signal = never) =>
    gate.enter(priority, signal).then((release) => {
      order.push(name)
      return release
    })
}

describe('the CPU gate', () => {
  test('serves by priority, then by arrival', async () => {
    const gate = new CpuGate(1)
    const order: string[] = []
    const enter = watched(gate, order)
    const first = await enter('first', 5)
    const others = [enter('campaign 1', 5), enter('daily 1', 1), enter('campaign 2', 5), enter('daily 2', 1)]
    first()
    for (let freed = 0; freed < others.length; freed += 1) {
      await settle()
      expect(order).toHaveLength(freed + 2)
      const [, ...waited] = order
      const place = ['campaign 1', 'daily 1', 'campaign 2', 'daily 2'].indexOf(waited.at(-1) ?? '')
      ;(await others[place])?.()
    }
    expect(order).toEqual(['first', 'daily 1', 'daily 2', 'campaign 1', 'campaign 2'])
  })

  test('lets nobody in whose signal has aborted, before or while waiting, and keeps the place of the others', async () => {
    const gate = new CpuGate(1)
    const order: string[] = []
    const enter = watched(gate, order)
    await expect(gate.enter(1, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
    const release = await enter('first', 1)
    const leaving = new AbortController()
    const gone = enter('gone', 1, leaving.signal)
    const next = enter('next', 1)
    leaving.abort(new Error('worker ends'))
    await expect(gone).rejects.toThrow('worker ends')
    release()
    ;(await next)()
    expect(order).toEqual(['first', 'next'])
    // An abort after the entry changes nothing.
    const late = new AbortController()
    const entered = await enter('late', 1, late.signal)
    late.abort()
    entered()
    await enter('last', 1)
  })

  test('a core given back twice is one core', async () => {
    const gate = new CpuGate(1)
    const release = await gate.enter(1, never)
    release()
    release()
    await gate.enter(1, never)
    let entered = false
    void gate.enter(1, never).then(() => {
      entered = true
    })
    await settle()
    expect(entered).toBe(false)
  })

  test('who joins is counted and never kept waiting; nobody enters until those above the number have gone', async () => {
    const gate = new CpuGate(1)
    const [one, two] = [gate.join(), gate.join()]
    let entered = false
    const waiting = gate.enter(1, never).then((release) => {
      entered = true
      return release
    })
    one()
    await settle()
    expect(entered).toBe(false)
    two()
    ;(await waiting)()
  })

  test('who may enter only beside few others lets those pass who may always; a look lets in when the hour has come', async () => {
    const gate = new CpuGate(3)
    const order: string[] = []
    let most = 1
    const enter = (name: string, limit?: () => number) =>
      gate.enter(1, never, limit).then((release) => {
        order.push(name)
        return release
      })
    const first = await enter('by day', () => most)
    const waiting = enter('by day too', () => most)
    await enter('at any time')
    await settle()
    expect(order).toEqual(['by day', 'at any time'])
    first()
    await settle()
    expect(order).toHaveLength(2)
    most = 3
    gate.look()
    await waiting
    expect(order).toEqual(['by day', 'at any time', 'by day too'])
  })

  test('lets nobody in whose memory does not fit; a large one is not overtaken, and runs alone in the end', async () => {
    const gate = new CpuGate(4, 1000)
    const order: string[] = []
    const enter = async (name: string, memoryBytes: number, signal = never) => {
      const release = await gate.enter(1, signal, undefined, memoryBytes)
      order.push(name)
      return release
    }
    const small = await enter('small', 400)
    const large = enter('larger than the host', 1500)
    const behind = enter('behind', 100)
    await settle()
    expect(order).toEqual(['small'])
    small()
    const release = await large
    await settle()
    expect(order).toEqual(['small', 'larger than the host'])
    release()
    ;(await behind)()
  })

  test('one that gives up waiting for memory makes way for those behind it; joined recipes count', async () => {
    const gate = new CpuGate(4, 1000)
    gate.join(700)
    const leaving = new AbortController()
    const gone = gate.enter(1, leaving.signal, undefined, 600)
    const behind = gate.enter(1, never, undefined, 300)
    leaving.abort(new Error('aborted'))
    await expect(gone).rejects.toThrow('aborted')
    ;(await behind)()
    let entered = false
    void gate.enter(1, never, undefined, 301).then(() => {
      entered = true
    })
    await settle()
    expect(entered).toBe(false)
  })

  test('never lets more in than there are cores, whatever is joined, given back and aborted; and forgets nobody', async () => {
    const action = fc.record({
      what: fc.constantFrom('enter', 'enter', 'join', 'release', 'abort'),
      priority: fc.integer({ min: 1, max: 3 }),
      which: fc.nat(20),
    })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(action, { maxLength: 60 }), async (cores, actions) => {
        const gate = new CpuGate(cores)
        const inside: (() => void)[] = []
        const joined = new Set<() => void>()
        const waiting: AbortController[] = []
        const ends: Promise<void>[] = []
        const wrong: string[] = []
        const leave = (which: number) => {
          const [release] = inside.splice(which % Math.max(inside.length, 1), 1)
          if (release !== undefined) joined.delete(release)
          release?.()
        }
        for (const { what, priority, which } of actions) {
          if (what === 'join') {
            const release = gate.join()
            inside.push(release)
            joined.add(release)
          } else if (what === 'release') leave(which)
          else if (what === 'abort') waiting[which % Math.max(waiting.length, 1)]?.abort(new Error('aborted'))
          else {
            const abort = new AbortController()
            waiting.push(abort)
            const forget = () => void waiting.splice(waiting.indexOf(abort), 1)
            ends.push(
              gate.enter(priority, abort.signal).then((release) => {
                // The one that enters finds a core free: those who were joined count too.
                if (inside.length >= cores) wrong.push('entered without a free core')
                inside.push(release)
                forget()
              }, forget),
            )
          }
          await settle()
          if (inside.length - joined.size > cores) wrong.push('more inside than cores')
          if (inside.length < cores && waiting.length > 0) wrong.push('somebody waits beside a free core')
        }
        while (waiting.length > 0) {
          leave(0)
          await settle()
        }
        await Promise.all(ends)
        expect(wrong).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
