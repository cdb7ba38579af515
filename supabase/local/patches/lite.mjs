// After npm install: @supabase/lite 0.10.0 finds relations where PostgREST finds none, and then refuses an embed as
// ambiguous or answers one row for many. Its build is a few very long lines, which patch-package would copy whole:
// here is what changes in them, each found exactly once or the installation fails.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const CORRECTIONS = [
  // A table joins two others if its primary key holds the columns of both references, not if it just has them.
  [
    'if(w.length!==0)for(let S of Bn(w))u.push(',
    'if(w.length!==0)for(let S of Bn(w))[...g,...S].every(b=>t.primary_keys?.some(k=>k.table===y&&k.columns.includes(b.column)))&&u.push(',
  ],
  // Whatever the kinds, two relations are too many to choose from.
  [
    'if(a.length>1||c.length>1||a.length===0&&c.length===0&&p.length>1||h||a.length>0&&p.length>1)',
    'if(a.length+c.length+p.length>1)',
  ],
  // One to one is what a constraint says: an index may be partial, or of an expression.
  ['n.indexes?.some(i=>i.table===t&&i.unique&&i.columns.length===1&&i.columns[0]===e)||', ''],
  ['n.indexes?.some(o=>o.table===e&&o.unique&&o.columns.length===1&&o.columns[0]===r)||', ''],
]
const MARK = '\n// corrected by triboka\n'

const file = fileURLToPath(new URL('../../../node_modules/@supabase/lite/dist/index.js', import.meta.url))
let source = await readFile(file, 'utf8')
if (!source.endsWith(MARK)) {
  for (const [found, instead] of CORRECTIONS) {
    if (source.split(found).length !== 2)
      throw new Error(`@supabase/lite changed: see supabase/local/patches/lite.mjs\n${found}`)
    source = source.replace(found, () => instead)
  }
  await writeFile(file, source + MARK)
}
