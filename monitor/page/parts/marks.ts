/** Corners of a mark around (0, 0), as far as 1 from it; y downward as on the screen. */
type Corners = readonly (readonly [x: number, y: number])[]

const CIRCLE: Corners = Array.from({ length: 24 }, (_, index) => {
  const angle = (index / 12) * Math.PI
  return [0.85 * Math.cos(angle), 0.85 * Math.sin(angle)]
})
const SQUARE: Corners = [
  [-0.8, -0.8],
  [0.8, -0.8],
  [0.8, 0.8],
  [-0.8, 0.8],
]
const TRIANGLE: Corners = [
  [0, -1],
  [1, 0.8],
  [-1, 0.8],
]
const DIAMOND: Corners = [
  [0, -1.1],
  [1.1, 0],
  [0, 1.1],
  [-1.1, 0],
]
const PLUS: Corners = [
  [-0.35, -1],
  [0.35, -1],
  [0.35, -0.35],
  [1, -0.35],
  [1, 0.35],
  [0.35, 0.35],
  [0.35, 1],
  [-0.35, 1],
  [-0.35, 0.35],
  [-1, 0.35],
  [-1, -0.35],
  [-0.35, -0.35],
]

/** Told apart without colour. There is one fewer than colours, so that 30 series in a row differ in the one or the other. */
const MARKS = [CIRCLE, SQUARE, TRIANGLE, DIAMOND, PLUS]

/** The mark of a series as the path of an SVG, at a place and with a radius in pixels. */
export function markPath(series: number, x = 0, y = 0, radius = 1): string {
  const corners = MARKS[series % MARKS.length] ?? CIRCLE
  return `M${corners.map(([right, down]) => `${(x + right * radius).toFixed(2)} ${(y + down * radius).toFixed(2)}`).join('L')}Z`
}
