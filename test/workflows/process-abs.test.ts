import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { AbResult } from '../../activities/process-ab.ts'
import { AbBoard } from '../../workflows/ab-board.ts'
import { type Lane, type LaneControl, processABs } from '../../workflows/process-abs.ts'

const sleeps: unknown[] = []
vi.mock('@temporalio/workflow', () => ({
  sleep: (time: unknown) => {
    sleeps.push(time)
    return Promise.resolve()
  },
}))
beforeEach(() => {
  sleeps.length = 0
})

type Command = 'go' | 'pause' | 'stop'
const settle = () => new Promise((resolve) => setImmediate(resolve))
const processed: AbResult = { ended: true, outcome: 'processed' }
const refused: AbResult = { ended: false, why: 'held' }

/** The control of a date whose rows a test changes by hand. */
class FakeControl implements LaneControl {
  row: Command = 'go'
  #known: Command = 'go'
  isOld = true
  get mayStart(): boolean {
    return this.#known === 'go'
  }
  get mustEnd(): boolean {
    return this.#known === 'stop'
  }
  grewOld(): void {
    this.isOld = true
  }
  refresh(): Promise<void> {
    this.isOld = false
    this.#known = this.row
    return Promise.resolve()
  }
  async wait(alsoUntil: () => boolean): Promise<void> {
    while (!this.isOld && !alsoUntil()) await settle()
  }
  order(command: Command): void {
    this.row = command
    this.isOld = true
  }
}

/** A lane whose blocks end when a test says so. */
function openLane(abNames: readonly string[], slots: number, more: Partial<Lane> = {}, row: Command = 'go') {
  const control = new FakeControl()
  control.row = row
  const offered: string[] = []
  const onHost = new Map<string, (result: AbResult | Error) => void>()
  const lane: Lane = {
    abNames,
    startedAbNames: [],
    slots,
    isLong: () => false,
    board: new AbBoard(abNames),
    processAB: (abName) => {
      offered.push(abName)
      return new Promise((resolve, reject) => {
        onHost.set(abName, (result) => {
          onHost.delete(abName)
          if (result instanceof Error) reject(result)
          else resolve(result)
        })
      })
    },
    ...more,
  }
  const end = (abName: string, result: AbResult | Error = processed) => onHost.get(abName)?.(result)
  return { control, offered, onHost, lane, end, ended: processABs(lane, control) }
}

describe('a lane', () => {
  test('has at most as many blocks on the host as it has slots, in their order, until all have ended', async () => {
    const { offered, end, ended, lane } = openLane(['a', 'b', 'c'], 2)
    await settle()
    expect(offered).toEqual(['a', 'b'])
    expect(lane.board).toMatchObject({ waiting: 1, onHost: 2, ended: 0 })
    end('b')
    await settle()
    expect(offered).toEqual(['a', 'b', 'c'])
    end('a')
    end('c')
    expect(await ended).toBe('all ended')
    expect(lane.board).toMatchObject({ waiting: 0, onHost: 0, ended: 3 })
  })

  test('without a block has ended', async () => {
    expect(await openLane([], 2).ended).toBe('all ended')
  })

  test('while held offers nothing new; what was refused comes first afterwards', async () => {
    const { control, offered, end, ended } = openLane(['a', 'b', 'c'], 1)
    await settle()
    control.row = 'pause'
    end('a', refused)
    await settle()
    expect(offered).toEqual(['a'])
    control.order('go')
    await settle()
    expect(offered).toEqual(['a', 'a'])
    for (const name of ['a', 'b', 'c']) {
      end(name)
      await settle()
    }
    expect(await ended).toBe('all ended')
    expect(sleeps).toEqual([])
  })

  test('stopped: ends when the host has none left, and leaves the rest', async () => {
    const { control, offered, end, ended } = openLane(['a', 'b', 'c'], 2)
    await settle()
    control.order('stop')
    end('a')
    await settle()
    expect(offered).toEqual(['a', 'b'])
    end('b')
    expect(await ended).toBe('stopped')
  })

  test('takes up what was started before, whatever is held, and nothing else', async () => {
    const { offered, end, ended } = openLane(['a', 'b', 'c'], 3, { startedAbNames: ['a', 'b'] }, 'stop')
    await settle()
    expect(offered).toEqual(['a', 'b'])
    end('a')
    end('b', refused)
    expect(await ended).toBe('stopped')
  })

  test('a long history lets the host run empty first', async () => {
    let long = false
    const { control, offered, end, ended } = openLane(['a', 'b', 'c'], 2, { isLong: () => long })
    await settle()
    long = true
    control.grewOld()
    end('a')
    await settle()
    expect(offered).toEqual(['a', 'b'])
    end('b')
    expect(await ended).toBe('history is long')
  })

  test('an error waits for what is on the host, then is thrown', async () => {
    const { offered, end, ended } = openLane(['a', 'b', 'c'], 2)
    await settle()
    end('a', new Error('run 7 is closed'))
    await settle()
    expect(offered).toEqual(['a', 'b'])
    end('b')
    await expect(ended).rejects.toThrow('run 7 is closed')
  })

  test('a host that refuses though the record says go is not asked again in the same instant', async () => {
    const { end, ended } = openLane(['a'], 1)
    for (let times = 0; times < 3; times += 1) {
      await settle()
      end('a', refused)
    }
    await settle()
    await settle()
    end('a')
    expect(await ended).toBe('all ended')
    expect(sleeps).toEqual(['5 seconds', '5 seconds', '5 seconds'])
  })

  test('whatever happens: never more than the slots, nothing offered twice at once, every block ends once', async () => {
    const event = fc.record({
      what: fc.constantFrom('end', 'end', 'refuse', 'pause', 'go'),
      which: fc.nat(20),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(event, { maxLength: 40 }),
        async (blocks, slots, events) => {
          const names = Array.from({ length: blocks }, (_, index) => `ab ${index}`)
          const endings: string[] = []
          const { control, onHost, lane, end, ended, offered } = openLane(names, slots)
          const check = () => {
            if (onHost.size > slots) throw new Error(`${onHost.size} on the host`)
          }
          for (const { what, which } of events) {
            const name = [...onHost.keys()][which % Math.max(onHost.size, 1)]
            if (what === 'pause' || what === 'go') control.order(what)
            else if (name !== undefined) {
              if (what === 'end') endings.push(name)
              end(name, what === 'end' ? processed : refused)
            }
            await settle()
            check()
          }
          control.order('go')
          await settle()
          while (onHost.size > 0) {
            for (const name of onHost.keys()) {
              endings.push(name)
              end(name)
            }
            await settle()
            check()
          }
          expect(await ended).toBe('all ended')
          expect(endings.toSorted()).toEqual(names)
          expect(new Set(offered)).toEqual(new Set(names))
          expect(lane.board).toMatchObject({ waiting: 0, onHost: 0, ended: blocks })
        },
      ),
      { numRuns: 300 },
    )
  })
})
