import type { Streams } from '../../client/output.ts'
import { runProgram } from '../../client/program.ts'

/** Streams that keep what is written. */
export function capturedStreams(width: number | null = null): {
  streams: Streams
  out: () => string
  error: () => string
} {
  let [out, error] = ['', '']
  return {
    streams: {
      out: (text) => {
        out += text
      },
      error: (text) => {
        error += text
      },
      width,
      colour: false,
      size: null,
    },
    out: () => out,
    error: () => error,
  }
}

/** One command line as it would be typed, within this process. */
export async function phoenix(
  env: NodeJS.ProcessEnv,
  ...commandLine: readonly string[]
): Promise<{ code: number; out: string; error: string }> {
  const { streams, out, error } = capturedStreams()
  const code = await runProgram({ env, streams }, commandLine)
  return { code, out: out(), error: error() }
}
