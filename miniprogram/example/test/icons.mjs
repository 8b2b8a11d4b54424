// node icons.mjs: draws the icons of the tab bar, 81 x 81 pixels, into ../images. Grey fits the light and the dark theme alike.
import { writeFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'

const side = 81
const stroke = 5
const fine = 4 // samples along a pixel's side

const segment = (x, y, ax, ay, bx, by) => {
  const along = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)))
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay))
}
const line = (...points) => (x, y) => {
  let nearest = Infinity
  for (let i = 0; i + 3 < points.length; i += 2) nearest = Math.min(nearest, segment(x, y, points[i], points[i + 1], points[i + 2], points[i + 3]))
  return nearest <= stroke / 2
}
const arc = (cx, cy, r, from, to) => line(...Array.from({ length: 49 }, (_, i) => {
  const angle = (from + ((to - from) * i) / 48) * Math.PI / 180
  return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)]
}).flat())

const shapes = {
  home: [line(12, 40, 40.5, 15, 69, 40), line(20, 36, 20, 66, 61, 66, 61, 36), line(40.5, 66, 40.5, 50)],
  me: [arc(40.5, 27, 13, 0, 360), line(15, 66, 66, 66), arc(40.5, 70, 26, 189, 351)],
}
const colours = { '': [0x7f, 0x7f, 0x7f], '-on': [0x07, 0xc1, 0x60] }

// Node's zlib has it from 22.2 only.
function crc32(bytes) {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

// A palette of 17 strengths of one colour keeps the file under a kilobyte.
function png(shape, colour) {
  const steps = fine * fine
  const rows = Buffer.alloc(side * (side + 1))
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let inside = 0
      for (let i = 0; i < steps; i++) {
        const [sx, sy] = [x + ((i % fine) + 0.5) / fine, y + (Math.floor(i / fine) + 0.5) / fine]
        if (shape.some((stroked) => stroked(sx, sy))) inside++
      }
      rows[y * (side + 1) + 1 + x] = inside
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  head.set([8, 3, 0, 0, 0], 8)
  const palette = Buffer.from(Array.from({ length: steps + 1 }, () => colour).flat())
  const strengths = Buffer.from(Array.from({ length: steps + 1 }, (_, i) => Math.round((255 * i) / steps)))
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('PLTE', palette), chunk('tRNS', strengths),
    chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}

for (const [name, shape] of Object.entries(shapes)) {
  for (const [suffix, colour] of Object.entries(colours)) writeFileSync(new URL(`../images/${name}${suffix}.png`, import.meta.url), png(shape, colour))
}
