import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The newest version that a wrapper module can build. */
const version = '1.8.2'
const program = 'github.com/temporalio/cli/cmd/temporal'

/** `go install` refuses a module with `replace` lines, which Temporal's has; a module that requires it does not. */
const wrapperModule = `module phoenix/temporal-server
go 1.26.4
tool ${program}
require github.com/temporalio/cli v${version}
replace github.com/temporalio/cli/cliext v0.0.0 => github.com/temporalio/cli/cliext v0.0.0-20260731000218-c579925f193f
`

/**
 * Builds the Temporal program from source in `folder`; some minutes on two cores. Go checks every module against its
 * public checksum database. Throws when there is no Go of at least 1.26.4 (or one that can fetch it).
 */
export async function buildWithGo(folder: string): Promise<{ path: string; cliVersion: string }> {
  const go = (...args: string[]) =>
    promisify(execFile)('go', args, {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOWORK: 'off' },
      maxBuffer: 64 * 1024 * 1024,
    })
  const path = join(folder, 'temporal')
  await writeFile(join(folder, 'go.mod'), wrapperModule)
  await go('mod', 'tidy')
  const versionFlag = `-X github.com/temporalio/cli/internal/temporalcli.Version=${version}`
  await go('build', '-ldflags', `-s -w ${versionFlag}`, '-o', path, program)
  return { path, cliVersion: version }
}
