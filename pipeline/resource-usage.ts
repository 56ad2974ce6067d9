import { readFileSync, readdirSync } from 'node:fs'

/** Linux reports process times to programs in hundredths of a second, whatever its own clock does. */
const TICKS_PER_SECOND = 100

/** What the ended and waited-for children of this process used. */
export function childrenUsage(): { cpuSeconds: number; bytesRead: number; bytesWritten: number } {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1)?.split(' ') ?? []
  const total = ioOf('/proc/self/io')
  // The process total holds its children's bytes, that of its threads does not: the difference is theirs.
  const own = readdirSync('/proc/self/task').map((thread) => ioOf(`/proc/self/task/${thread}/io`))
  const childrenBytes = (key: 'read' | 'written') => Math.max(0, total[key] - own.reduce((sum, io) => sum + io[key], 0))
  return {
    cpuSeconds: (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND,
    bytesRead: childrenBytes('read'),
    bytesWritten: childrenBytes('written'),
  }
}

function ioOf(path: string): { read: number; written: number } {
  const text = readFileSync(path, 'latin1')
  return {
    read: Number(/^rchar: (\d+)/m.exec(text)?.[1] ?? 0),
    written: Number(/^wchar: (\d+)/m.exec(text)?.[1] ?? 0),
  }
}
