// node build.mjs [--example]: builds dist/: wxbind (CommonJS and module, one file each), platforms beside it, the types, and the folder that
// the developer tools copy. --example copies wxbind.js into ../example, too.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'

/** The parts whose types nobody imports. */
const internal = ['ask', 'client', 'exchange', 'login', 'pages', 'phone', 'request', 'session', 'time']

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')
/** The platforms are a file of their own, which needs wxbind's. */
const besideWxbind = { name: 'beside wxbind', setup: build => build.onResolve({ filter: /^\.\/wxbind$/ }, () => ({ path: './wxbind.mjs', external: true })) }

/** The texts of one file of dist, `wxbind` or `platforms`. */
export async function bundle(name) {
  const { outputFiles } = await build({
    entryPoints: [join(here, `src/${name}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2015',
    minify: true,
    // What the parts share, and nobody else sees.
    mangleProps: /^\$/,
    charset: 'utf8',
    legalComments: 'none',
    plugins: name === 'wxbind' ? [] : [besideWxbind],
  })
  // Once more, now that the parts are one: it joins their declarations.
  const { code: module } = await transform(outputFiles[0].text, { minify: true, format: 'esm', target: 'es2015', charset: 'utf8' })
  return { module, commonJS: commonJS(module) }
}

/** commonJS turns the module's imports and its one export statement into CommonJS: esbuild's own wrapper would cost 400 bytes. */
function commonJS(module) {
  const body = module.replace(/import\{([^}]*)\}from"\.\/wxbind\.mjs";/, (_, names) => `var{${names.replace(/ as /g, ':')}}=require("./wxbind.js");`)
  const [statement, list] = /export\{([^}]*)\};?\s*$/.exec(body)
  const names = list.split(',').map(item => {
    const [name, as = name] = item.trim().split(' as ')
    return `${as}:${name}`
  })
  return `${body.slice(0, body.length - statement.length)}module.exports={${names.join(',')}};\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(join(dist, 'miniprogram_dist'), { recursive: true })
  for (const name of ['wxbind', 'platforms']) {
    const { module, commonJS } = await bundle(name)
    writeFileSync(join(dist, `${name}.mjs`), module)
    writeFileSync(join(dist, `${name}.js`), commonJS)
  }
  const types = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  execFileSync(process.execPath, [join(types, 'bin/tsc'), '-p', here], { stdio: 'inherit' })
  for (const part of internal) rmSync(join(dist, `${part}.d.ts`))
  copyFileSync(join(here, '../../LICENSE'), join(dist, 'LICENSE'))
  // require finds index.js in miniprogram_npm/wxbind-miniprogram, to which the developer tools copy this folder.
  copyFileSync(join(dist, 'wxbind.js'), join(dist, 'miniprogram_dist/index.js'))
  if (process.argv.includes('--example')) copyFileSync(join(dist, 'wxbind.js'), join(here, '../example/lib/wxbind.js'))
}
