import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { State } from '../../states.tsx'
import type { Ab } from './block.ts'

/** The live log while a recipe runs; else that of the answer. */
export function Logs({ ab, path, liveLog }: { ab: Ab; path: string; liveLog: string }) {
  const isRunning = ab.state === 'running'
  const [text, setText] = useState<string | null>(null)
  const [shown, setShown] = useState<'log' | 'header' | 'frames'>('log')
  const [problem, setProblem] = useState('')
  useEffect(() => {
    if (isRunning) return
    let isWanted = true
    fetch(`${path}/${shown}`)
      .then(async (reply) => {
        const said = await reply.text()
        if (!isWanted) return
        setText(reply.ok ? said : '')
        setProblem(reply.ok ? '' : `the monitor answered with ${reply.status}`)
      })
      .catch(() => isWanted && setProblem('the monitor does not answer'))
    return () => {
      isWanted = false
    }
  }, [path, shown, isRunning, ab.generation])
  return (
    <section>
      <h2>Log of the recipe {isRunning ? <State state="running" text="live" /> : null}</h2>
      {ab.warnings === null ? null : (
        <ul class="problems">
          {ab.warnings
            .split('\n')
            .filter(Boolean)
            .map((line) => (
              <li>{line}</li>
            ))}
        </ul>
      )}
      {isRunning ? (
        <LogText text={liveLog === '' ? 'nothing yet' : liveLog} />
      ) : (
        <>
          <div class="tools" role="group" aria-label="text">
            {(['log', 'header', 'frames'] as const).map((kind) => (
              <button aria-pressed={shown === kind} onClick={() => setShown(kind)}>
                {{ log: 'log', header: 'raw header', frames: 'set of frames' }[kind]}
              </button>
            ))}
          </div>
          {text === null || text === '' ? (
            <p class="faint">{problem === '' ? 'none' : problem}</p>
          ) : (
            <LogText text={text} />
          )}
        </>
      )}
    </section>
  )
}

/** Begins at its end, where the errors stand, and stays there while the reader does. */
function LogText({ text }: { text: string }) {
  const place = useRef<HTMLPreElement>(null)
  const atEnd = useRef(true)
  const parts = useMemo(() => markedParts(text), [text])
  useEffect(() => {
    if (place.current !== null && atEnd.current) place.current.scrollTop = place.current.scrollHeight
  }, [text])
  return (
    <pre
      ref={place}
      tabIndex={0}
      aria-label="text of the log"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 30
      }}
    >
      {parts.map(({ look, lines }) => (look === null ? lines : <span class={look}>{lines}</span>))}
    </pre>
  )
}

interface LogPart {
  readonly look: 'log-error' | 'log-warning' | null
  readonly lines: string
}

/** Lines of errors and warnings apart from all others, which stay together: a log may have a hundred thousand. */
function markedParts(text: string): readonly LogPart[] {
  const parts: { look: LogPart['look']; lines: string }[] = []
  for (const line of text.split('\n')) {
    const look = /\[ ?ERROR ?\]/.test(line) ? 'log-error' : /\[ ?WARNING ?\]/.test(line) ? 'log-warning' : null
    const last = parts.at(-1)
    if (last === undefined || last.look !== look) parts.push({ look, lines: `${line}\n` })
    else last.lines += `${line}\n`
  }
  return parts
}
