import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What fitsverify says: errors come on stderr, warnings on stdout. The exit code is the number of both. */
export async function fitsverify(path: string): Promise<{ errors: number; warnings: number; text: string }> {
  const { stdout, stderr } = await run('fitsverify', [path]).catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error && 'stderr' in error)
      return { stdout: String(error.stdout), stderr: String(error.stderr) }
    throw error
  })
  const [, warnings, errors] = /found (\d+) warning\(s\) and (\d+) error\(s\)/.exec(stdout) ?? []
  return { warnings: Number(warnings), errors: Number(errors), text: `${stdout}\n${stderr}` }
}

/** Runs a Python program with astropy; every warning is an error. Its arguments are strings, its answer is JSON on stdout. */
export async function astropy(program: string, ...parameters: string[]): Promise<unknown> {
  const python = process.env['PHOENIX_TEST_PYTHON'] ?? 'python3'
  const { stdout } = await run(python, ['-W', 'error', '-c', program, ...parameters], { maxBuffer: 64 << 20 })
  return JSON.parse(stdout === '' ? 'null' : stdout)
}
