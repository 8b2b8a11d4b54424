// node build.mjs [--project DIR] [--out DIR]: writes runtime.js, example.js and LICENSES.txt.
import { build } from 'esbuild'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile, CompileError } from './compile.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const modules = path.join(here, '..', 'node_modules')
const linked = ['glass-easel', 'glass-easel-miniprogram-adapter']

/** Parts of the framework that nothing here reaches: its own drawing context, external components, and two observers. */
const stubs = {
  current_window_backend_context: "import '../event'\nimport '../func_arr'\nimport '../warning'\nexport class CurrentWindowBackendContext {}",
  native_rendering: 'export class GlassEaselTemplateDOM {}',
  intersection: 'export class IntersectionObserver {}',
  media_query: 'export class MediaQueryObserver {}',
}
const unused = new RegExp(`glass-easel.*[/\\\\](${Object.keys(stubs).join('|')})\\.ts$`)

/** The runtime as one classic script. It draws with real elements only, so that the framework's other backends are left out. */
export async function runtime() {
  const constants = { 'ENV.DEV': 'false', 'BM.DYNAMIC': 'false', 'BM.SHADOW': 'false', 'BM.COMPOSED': 'false', 'BM.DOMLIKE': 'true' }
  const framework = {
    name: 'glass-easel',
    setup(b) {
      b.onResolve({ filter: /^glass-easel(-miniprogram-adapter)?$/ }, (args) => ({ path: path.join(modules, args.path, 'src', 'index.ts') }))
      b.onLoad({ filter: unused }, (args) => ({ contents: stubs[path.basename(args.path, '.ts')] }))
      b.onLoad({ filter: /glass-easel[/\\]src[/\\].*\.ts$/ }, (args) => {
        const text = readFileSync(args.path, 'utf8').replace(/\b(ENV\.DEV|BM\.[A-Z]+)\b/g, (name) => constants[name])
        // Its modules import each other in circles, which must be entered where a class's parent comes first.
        return { loader: 'ts', contents: /[/\\]src[/\\]index\.ts$/.test(args.path) ? `import './shadow_root'\n${text}` : text }
      })
    },
  }
  const result = await build({
    entryPoints: [path.join(here, 'src', 'index.js')],
    absWorkingDir: here,
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: ['chrome111', 'firefox113', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'none',
    mangleProps: /^(_\$|wx[A-Z])/,
    loader: { '.css': 'text' },
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    plugins: [framework, css()],
  })
  return notice() + result.outputFiles[0].text
}

/** Style sheets become short texts. */
function css() {
  return {
    name: 'css',
    setup(b) {
      b.onLoad({ filter: /\.css$/ }, async (args) => {
        const sheet = await build({ entryPoints: [args.path], absWorkingDir: here, write: false, minify: true, loader: { '.css': 'css' }, charset: 'utf8' })
        return { loader: 'text', contents: sheet.outputFiles[0].text.trim() }
      })
    },
  }
}

function version(name) {
  return JSON.parse(readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version
}

function notice() {
  return `/*! Includes ${linked.map((name) => `${name} ${version(name)}`).join(' and ')}, MIT; see LICENSES.txt */\n`
}

export function licences() {
  return linked.map((name) => `${name} ${version(name)}\n\n${readFileSync(path.join(modules, name, 'LICENSE'), 'utf8').replace(/\r\n/g, '\n').trim()}\n`).join('\n---\n\n')
}

/** Writes all three files into a folder. */
export async function write(project, out) {
  mkdirSync(out, { recursive: true })
  writeFileSync(path.join(out, 'runtime.js'), await runtime())
  writeFileSync(path.join(out, 'example.js'), await compile(project))
  writeFileSync(path.join(out, 'LICENSES.txt'), licences())
}

function option(name, otherwise) {
  const at = process.argv.indexOf(name)
  return at > 0 ? path.resolve(process.argv[at + 1]) : otherwise
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await write(option('--project', path.join(here, '..', 'example')), option('--out', path.join(here, '..', '..', 'pkg', 'playground', 'phone')))
  } catch (e) {
    if (!(e instanceof CompileError)) throw e
    console.error(e.message)
    process.exitCode = 1
  }
}
