import { useEffect, useState } from 'preact/hooks'

const changed = 'phoenix-address'

/** Goes to another view of this page. */
export function go(href: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  dispatchEvent(new Event(changed))
}

/** The address as it is now: path and search. */
export function useAddress(): URL {
  const [href, setHref] = useState(location.href)
  useEffect(() => {
    const look = () => setHref(location.href)
    addEventListener('popstate', look)
    addEventListener(changed, look)
    return () => {
      removeEventListener('popstate', look)
      removeEventListener(changed, look)
    }
  }, [])
  return new URL(href)
}

/** Links within the page do not load it again. What a browser does with a modifier key stays as it is. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.target !== '') return
  if (link.pathname.startsWith('/api/') || link.hasAttribute('download') || link.getAttribute('href')?.startsWith('#'))
    return
  event.preventDefault()
  go(link.href)
  scrollTo(0, 0)
}

/** Sets parameters of the address; an empty value takes one away. */
export function withSearch(address: URL, values: Record<string, string>): string {
  const search = new URLSearchParams(address.search)
  for (const [name, value] of Object.entries(values)) {
    if (value === '') search.delete(name)
    else search.set(name, value)
  }
  const text = search.toString()
  return text === '' ? address.pathname : `${address.pathname}?${text}`
}
