import { useState } from 'preact/hooks'
import { messageOf } from '../data.ts'
import { day } from '../format.ts'
import { useSession } from '../session.ts'

interface Props {
  readonly name: string
  readonly releaseDate: string | null
  /** What the link says. */
  readonly text?: string
}

/** The file of an IDP. Proprietary data go to operators only, and that they took them is recorded. */
export function Download({ name, releaseDate, text = 'download' }: Props) {
  const { operator } = useSession()
  const [said, setSaid] = useState('')
  const path = `/api/archive/idps/${name}/file`
  if (releaseDate === null || Date.parse(releaseDate) <= Date.now()) {
    return (
      <a href={path} download={name} title="download">
        {text}
      </a>
    )
  }
  const until = `proprietary until ${day(releaseDate)}`
  if (operator === null) return <span class="faint">{until}</span>
  const take = async () => {
    const reply = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })
    if (!reply.ok) throw new Error(`the monitor answered with ${reply.status}`)
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await reply.blob())
    link.download = name
    link.click()
    URL.revokeObjectURL(link.href)
    setSaid('taken, and recorded')
  }
  return (
    <span class="faint">
      {until}{' '}
      <button
        class="plain"
        title="That you take it is recorded"
        onClick={() => void take().catch((error: unknown) => setSaid(messageOf(error)))}
      >
        take it all the same
      </button>{' '}
      {said}
    </span>
  )
}
