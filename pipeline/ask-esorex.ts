import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { PreconditionError } from '../domain/failure.ts'

/**
 * What esorex prints when it is asked something: its version, recipes, a manual page. No recipe is run.
 * @throws PreconditionError when esorex does not work
 */
export async function askEsorex(esorex: string, options: readonly string[]): Promise<string> {
  const { PATH, LD_LIBRARY_PATH } = process.env
  try {
    const { stdout } = await promisify(execFile)(esorex, [...options], {
      // Without a home, so that nobody's own esorex.rc has a say.
      env: { HOME: '/nonexistent', LANG: 'C', ...(PATH && { PATH }), ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }) },
      timeout: 60_000,
    })
    return stdout
  } catch (cause) {
    throw new PreconditionError(`${esorex} ${options.join(' ')} does not work: install esorex again`, { cause })
  }
}
