// Where a text of SQL ends one statement and begins the next, as psql and the official CLI see it.

// What may hold a semicolon that ends nothing (a comment of one line, strings, names, dollar quotes), and words. A
// backslash escapes in E'…' alone.
const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`e'(?:[^'\\]|\\.|'')*(?:'|$)`,
    `'(?:[^']|'')*(?:'|$)`,
    `"(?:[^"]|"")*(?:"|$)`,
    String.raw`\$(?<tag>(?:[a-z_]\w*)?)\$.*?(?:\$\k<tag>\$|$)`,
    String.raw`(?<word>[a-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
  ].join('|'),
  'isy',
)

/** Where a comment of several lines ends; one may stand inside another. */
function endOfComment(sql: string, start: number): number {
  let depth = 0
  for (let at = start; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) depth++
    else if (sql.startsWith('*/', at)) depth--
    else continue
    at++
    if (depth === 0) return at + 1
  }
  return sql.length
}

/**
 * Counts what holds a statement together: parentheses (of a rule with several commands), and the body of a function that
 * begins with BEGIN ATOMIC, in which CASE has an END as well.
 */
function createNesting() {
  let parentheses = 0
  let blocks = 0
  let before = ''
  return {
    sign(character: string) {
      if (character === '(') parentheses++
      else if (character === ')') parentheses = Math.max(0, parentheses - 1)
    },
    word(text: string) {
      const word = text.toLowerCase()
      if (word === 'atomic' && before === 'begin') blocks++
      else if (blocks && word === 'case') blocks++
      else if (blocks && word === 'end') blocks--
      before = word
    },
    get isOpen() {
      return parentheses > 0 || blocks > 0
    },
  }
}

/**
 * The statements of a text, each with the comments before it and without its semicolon. What is left at the end and has
 * nothing but comments is none.
 */
export function splitStatements(sql: string): string[] {
  const found: string[] = []
  let start = 0
  let nesting = createNesting()
  let isEmpty = true
  const cut = (end: number) => {
    if (!isEmpty) found.push(sql.slice(start, end).trim())
    nesting = createNesting()
    isEmpty = true
  }
  for (let at = 0; at < sql.length; ) {
    if (sql.startsWith('/*', at)) {
      at = endOfComment(sql, at)
      continue
    }
    TOKEN.lastIndex = at
    const token = TOKEN.exec(sql)
    if (token) {
      at += token[0].length
      if (!token[0].startsWith('--')) isEmpty = false
      if (token.groups?.word) nesting.word(token.groups.word)
      continue
    }
    if (sql[at] === ';' && !nesting.isOpen) {
      cut(at)
      start = at + 1
    } else {
      nesting.sign(sql[at]!)
      if (/\S/.test(sql[at]!)) isEmpty = false
    }
    at++
  }
  cut(sql.length)
  return found
}
