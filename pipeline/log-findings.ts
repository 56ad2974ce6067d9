/**
 * The root cause of a failed recipe, as the pipeline itself put it; null if it said nothing.
 *
 * CPL dumps its errors as `[1/N] 'message' (code) at function`, first cause first, and keeps only the last twenty: then the
 * smallest number present is the nearest to the cause. A message that names no thing is followed by the next one, which does.
 * Without a dump it is the first line of level ERROR, and without that what stands on the error output.
 */
export function firstError(logText: string, errorOutput: string): string | null {
  return (
    fromDump(logText) ??
    firstErrorLine(logText) ??
    fromDump(errorOutput) ??
    firstErrorLine(errorOutput) ??
    firstText(errorOutput)
  )
}

/** Warnings of the recipe other than those that every good run has. The count tells what `lines`, at most `most`, may not. */
export function warnings(logText: string, most = 100): { count: number; lines: readonly string[] } {
  const lines = logText
    .split('\n')
    .map((line) => /\[ ?WARNING ?\] ([\w ]*): (?:\[tid=\d+\] *)?(.*)$/.exec(line)?.[2]?.trim())
    .filter((text) => text !== undefined)
    .filter((text) => !NORMAL_WARNINGS.some((normal) => normal.test(text)))
  return { count: lines.length, lines: lines.slice(0, most) }
}

/** What esorex measured around the recipe proper, in seconds; null if it did not come to that. */
export function recipeSeconds(logText: string): number | null {
  const seconds = /Recipe operation\(s\) took +([\d.]+) seconds/.exec(logText)?.[1]
  return seconds === undefined ? null : Number(seconds)
}

const NORMAL_WARNINGS = [
  /^Non-unique FITS key/,
  /^Use master response/,
  /^Writing of output sof omitted due to previous errors/,
  /^Recipe produced \d+ warnings? \(excluding this one\)/,
  /^Brightest undetected line with intensity \d+ % of faintest line/,
]

/** Messages that say what kind of thing happened, but not to what. */
const SAYS_LITTLE = /^(?:Data not found: )?(?:No such frame in frame set|Bad file format|File not found)$/

interface DumpEntry {
  readonly number: number
  readonly message: string
  readonly functionName: string
}

function fromDump(text: string): string | null {
  const [first, second] = dumpEntries(text)
  if (first === undefined) return null
  if (SAYS_LITTLE.test(first.message) && second !== undefined) return `${first.message}; ${describe(second)}`
  return describe(first)
}

/** A bare error class is worth little without the function that met it. */
function describe({ message, functionName }: DumpEntry): string {
  return message.includes(':') ? message : `${message} at ${functionName}`
}

/** The entries of the first dump, those with the smallest numbers first. */
function dumpEntries(text: string): DumpEntry[] {
  const entries: DumpEntry[] = []
  for (const line of text.split('\n')) {
    const [, number, rest] = /\[ ERROR \][^[\]]*:(?: \[tid=\d+\])? +\[(\d+)\/\d+\] +(.*)$/.exec(line) ?? []
    if (number === undefined || rest === undefined) continue
    if (entries.some((entry) => entry.number === Number(number))) break
    const [, message = rest, functionName = 'unknown function'] = /^'(.*)' *\(\d+\) at ([^:\s]+)/.exec(rest) ?? []
    entries.push({ number: Number(number), message: message.trim(), functionName })
  }
  return entries.toSorted((a, b) => a.number - b.number)
}

function firstErrorLine(text: string): string | null {
  return /\[ ERROR \][^[\]\n]*:(?: \[tid=\d+\])? *(\S.*)$/m.exec(text)?.[1]?.trim() ?? null
}

function firstText(text: string): string | null {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? null
  )
}
