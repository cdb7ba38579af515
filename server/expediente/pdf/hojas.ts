import PDFDocument from 'pdfkit'

/** The two fonts of a document, whole: what is used of them goes into it. */
export interface Letras {
  normal: Uint8Array
  negrita: Uint8Array
}

interface Opciones {
  titulo: string
  /** Its date: that of what it tells, never of when it is made. */
  fecha: Date
  letras: Letras
  /** What stands at the foot of every page, before its number. */
  pie: string
}

/** A column of a table: its heading, and its part of the width. */
export interface Columna {
  nombre: string
  ancho: number
}

const MARGIN = 50
const SIZE = 9
const GREY = '#57534e'
/** Of a table, what a person reads; a program reads the file. */
export const FILAS = 500

/** Sheets of paper that fill from above, in the order in which things are said. */
export interface Hojas {
  titulo(texto: string): void
  seccion(texto: string): void
  parrafo(texto: string): void
  /** Pairs of what is asked and what it is; those without a value are left out. */
  datos(pares: readonly (readonly [string, string | null | undefined])[]): void
  /** At most {@link FILAS} rows; the rest are told where to look for. */
  tabla(columnas: readonly Columna[], filas: readonly (readonly string[])[], donde?: string): Promise<void>
  /** A square of modules, so many points wide, with a text beside it. */
  qr(modulos: boolean[][], lado: number, texto: string): void
  /** Writes the foot of each page, and all of it. */
  terminar(): Promise<Buffer>
}

/**
 * Opens a PDF of A4 sheets. Nothing of when or where it is made goes into it: the same content gives the same bytes.
 */
export function abrirHojas({ titulo, fecha, letras, pie }: Opciones): Hojas {
  const doc = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    pdfVersion: '1.7',
    subset: 'PDF/A-3b',
    lang: 'es-EC',
    displayTitle: true,
    font: letras.normal as never,
    info: {
      Title: titulo,
      Author: 'Triboka',
      Creator: 'Triboka',
      Producer: 'Triboka',
      CreationDate: fecha,
      ModDate: fecha,
    },
  })
  // As an archive wants it, without the claim that it is PDF/A: no validator has said so.
  Object.assign(doc, { _addPdfaMetadata() {} })
  doc.registerFont('normal', letras.normal as never).registerFont('negrita', letras.negrita as never)
  const chunks: Buffer[] = []
  doc.on('data', (chunk: Buffer) => chunks.push(chunk))
  const written = new Promise<Buffer>((resolve, reject) => {
    doc.once('end', () => resolve(Buffer.concat(chunks)))
    doc.once('error', reject)
  })
  const width = doc.page.width - 2 * MARGIN
  const bottom = doc.page.height - MARGIN - 20
  const write = (font: 'normal' | 'negrita', size = SIZE, colour = 'black') =>
    doc.font(font).fontSize(size).fillColor(colour)
  const room = (height: number) => {
    if (doc.y + height > bottom) doc.addPage()
  }

  function line(columnas: readonly Columna[], celdas: readonly string[], font: 'normal' | 'negrita'): void {
    write(font, 8)
    const single = doc.currentLineHeight(true)
    const cells = columnas.map(({ ancho }, i) => {
      const [text, cell] = [celdas[i] ?? '', width * ancho - 6]
      // Most fit in a line: to lay them out as paragraphs takes three times as long.
      const fits = !text.includes('\n') && doc.widthOfString(text) <= cell
      return { text, cell, fits, height: fits ? single : doc.heightOfString(text, { width: cell }) }
    })
    const height = Math.max(...cells.map((cell) => cell.height)) + 3
    room(height)
    const { y } = doc
    let x = MARGIN
    for (const [i, { text, cell, fits }] of cells.entries()) {
      if (text && fits) doc.text(text, x, y, { lineBreak: false })
      else if (text) doc.text(text, x, y, { width: cell, height, ellipsis: true })
      x += width * columnas[i]!.ancho
    }
    doc.x = MARGIN
    doc.y = y + height
  }

  return {
    titulo: (texto) => void write('negrita', 18).text(texto).moveDown(0.4),
    seccion(texto) {
      room(50)
      doc.moveDown(0.8)
      write('negrita', 12).text(texto).moveDown(0.3)
    },
    parrafo: (texto) => void write('normal').text(texto, { width }).moveDown(0.3),
    datos(pares) {
      for (const [nombre, valor] of pares)
        if (valor !== null && valor !== undefined && valor !== '')
          line(
            [
              { nombre, ancho: 0.27 },
              { nombre, ancho: 0.73 },
            ],
            [nombre, valor],
            'normal',
          )
    },
    async tabla(columnas, filas, donde = 'data/contrato.json') {
      line(
        columnas,
        columnas.map(({ nombre }) => nombre),
        'negrita',
      )
      for (const [i, fila] of filas.slice(0, FILAS).entries()) {
        line(columnas, fila, 'normal')
        // Laying out text takes this thread: others go on between some rows and the next.
        if (i % 40 === 39) await new Promise(setImmediate)
      }
      const rest = filas.length - FILAS
      if (rest > 0) write('normal').text(`Y ${rest} más, que están en ${donde}.`, { width }).moveDown(0.3)
    },
    qr(modulos, lado, texto) {
      room(lado + 10)
      const [{ y }, module] = [doc, lado / modulos.length]
      doc.fillColor('black')
      for (const [row, dark] of modulos.entries())
        for (const [column, isDark] of dark.entries())
          if (isDark) doc.rect(MARGIN + column * module, y + row * module, module, module)
      doc.fill()
      write('normal').text(texto, MARGIN + lado + 15, y + 10, { width: width - lado - 15 })
      doc.x = MARGIN
      doc.y = Math.max(doc.y, y + lado + 10)
    },
    terminar() {
      const { count } = doc.bufferedPageRange()
      for (let i = 0; i < count; i++) {
        doc.switchToPage(i)
        write('normal', 7, GREY)
        // Below the margin: told not to begin another page for it.
        doc.page.margins.bottom = 0
        const y = doc.page.height - MARGIN
        doc.text(`${pie} · página ${i + 1} de ${count}`, MARGIN, y, {
          width,
          align: 'center',
          lineBreak: false,
        })
      }
      doc.end()
      return written
    },
  }
}
