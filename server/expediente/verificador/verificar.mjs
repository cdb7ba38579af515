#!/usr/bin/env node
// node verificar.mjs expediente.zip [--clave nombre+id+base64]…
// Dice si un expediente, en su ZIP o ya descomprimido, es el que se entregó. Termina con 0 si lo es, con 1 si algo no
// cuadra, y nombra qué. Usa Node 18 o posterior y nada más; no pregunta nada a nadie.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { createReadStream, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'

const BAGIT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'
const fallas = new Set()
const sinComprobar = new Set()
const falla = (archivo, que) => void fallas.add(`${archivo}: ${que}`)
const sha256 = (...partes) => partes.reduce((s, parte) => s.update(parte), createHash('sha256')).digest()

// --- Los archivos: nombre → función que abre sus bytes ---
function abrirZip(ruta) {
  const fd = openSync(ruta, 'r')
  const leer = (desde, cuantos) => {
    const bytes = Buffer.alloc(cuantos)
    if (readSync(fd, bytes, 0, cuantos, desde) !== cuantos) throw new Error('el ZIP está incompleto')
    return bytes
  }
  const largo = fstatSync(fd).size
  const cola = leer(Math.max(0, largo - 65_557), Math.min(largo, 65_557))
  const fin = cola.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  if (fin < 0) throw new Error('no es un ZIP, o está incompleto')
  let [tamano, sitio] = [cola.readUInt32LE(fin + 12), cola.readUInt32LE(fin + 16)]
  if (fin >= 20 && cola.readUInt32LE(fin - 20) === 0x07064b50) {
    const grande = leer(Number(cola.readBigUInt64LE(fin - 12)), 56)
    ;[tamano, sitio] = [Number(grande.readBigUInt64LE(40)), Number(grande.readBigUInt64LE(48))]
  }
  const [directorio, archivos] = [leer(sitio, tamano), new Map()]
  for (let p = 0; p < tamano; ) {
    if (directorio.readUInt32LE(p) !== 0x02014b50) throw new Error('el directorio del ZIP está dañado')
    const [metodo, nombres, extras, nota] = [10, 28, 30, 32].map((i) => directorio.readUInt16LE(p + i))
    let [bytes, cabeza] = [20, 42].map((i) => directorio.readUInt32LE(p + i))
    const nombre = directorio.toString('utf8', p + 46, p + 46 + nombres)
    const extra = directorio.subarray(p + 46 + nombres, p + 46 + nombres + extras)
    if (extra.length >= 28 && extra.readUInt16LE(0) === 1)
      [bytes, cabeza] = [12, 20].map((i) => Number(extra.readBigUInt64LE(i)))
    p += 46 + nombres + extras + nota
    if (archivos.has(nombre)) falla(nombre, 'está dos veces en el ZIP')
    archivos.set(nombre, () => {
      const local = leer(cabeza, 30)
      const start = cabeza + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
      const crudo = bytes ? createReadStream(ruta, { start, end: start + bytes - 1 }) : Readable.from([])
      return metodo === 0 ? crudo : crudo.pipe(createInflateRaw())
    })
  }
  return archivos
}
function abrirCarpeta(base, dentro = '') {
  const uno = (e) => [`${dentro}${e.name}`, () => createReadStream(join(base, dentro, e.name))]
  const todos = readdirSync(join(base, dentro), { withFileTypes: true })
  return todos.flatMap((e) => (e.isDirectory() ? abrirCarpeta(base, `${dentro}${e.name}/`) : [uno(e)]))
}
async function* leerDe(bag, nombre) {
  if (!bag.has(nombre)) return falla(nombre, 'falta')
  try {
    yield* bag.get(nombre)()
  } catch {
    falla(nombre, 'no se puede leer')
  }
}
async function texto(bag, nombre) {
  const trozos = []
  for await (const trozo of leerDe(bag, nombre)) trozos.push(trozo)
  return Buffer.concat(trozos).toString('utf8')
}

// --- Los manifiestos de BagIt (RFC 8493): ni un archivo distinto, ni uno de más, ni uno de menos ---
async function comparar(bag, huellas, manifiesto, esperados) {
  const dichas = new Map()
  const lineas = (await texto(bag, manifiesto)).split('\n')
  if (lineas.pop() !== '') falla(manifiesto, 'está cortado')
  for (const linea of lineas) {
    const [, suma, escrita] = /^([0-9a-f]{64}) {2}(.+)$/.exec(linea) ?? []
    const nombre = escrita?.replace(/%(25|0A|0D)/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)))
    if (!suma || dichas.has(nombre)) falla(manifiesto, `no se entiende «${linea}»`)
    else dichas.set(nombre, suma)
  }
  for (const nombre of new Set([...dichas.keys(), ...esperados])) {
    const suma = createHash('sha256')
    for await (const trozo of leerDe(bag, nombre)) suma.update(trozo)
    huellas.set(nombre, suma.digest('hex'))
    if (!dichas.has(nombre)) falla(nombre, `no está en ${manifiesto}`)
    else if (huellas.get(nombre) !== dichas.get(nombre)) falla(nombre, `no es lo que dice ${manifiesto}`)
  }
}

// --- Las firmas: notas de C2SP (tlog-checkpoint), con Ed25519 ---
function clave(linea) {
  const [, nombre, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(linea) ?? []
  const bytes = Buffer.from(base64 ?? '', 'base64')
  if (bytes.length !== 33 || sha256(`${nombre}\n`, bytes).toString('hex', 0, 4) !== id)
    throw new Error(`«${linea}» no es una clave`)
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)])
  return { nombre, id, publica: createPublicKey({ key: der, format: 'der', type: 'spki' }) }
}
function nota(archivo, escrita, claves) {
  const dicho = escrita.slice(0, escrita.indexOf('\n\n') + 1)
  const [origen, tamano, raiz, ...resto] = dicho.split('\n')
  const firmas = escrita.slice(dicho.length + 1, -1).split('\n')
  const firmada = firmas.some((linea) => {
    const [, nombre, base64] = /^\u2014 (\S+) (\S+)$/.exec(linea) ?? []
    const bytes = Buffer.from(base64 ?? '', 'base64')
    const suya = claves.find((c) => c.nombre === nombre && c.id === bytes.toString('hex', 0, 4))
    return suya && verify(null, Buffer.from(dicho), suya.publica, bytes.subarray(4))
  })
  if (!dicho || !firmada || resto.join('')) falla(archivo, 'no la firma ninguna de las claves')
  return { origen, tamano: Number(tamano), raiz: Buffer.from(raiz ?? '', 'base64').toString('hex') }
}

// --- El árbol de Merkle (RFC 6962): su raíz, y la de una hoja con su camino ---
const hoja = (hex) => sha256(Buffer.from([0]), Buffer.from(hex, 'hex'))
const nodo = (izquierda, derecha) => sha256(Buffer.from([1]), izquierda, derecha)
const corte = (cuantos) => 2 ** Math.floor(Math.log2(cuantos - 1))
function raizDe(hojas) {
  if (hojas.length < 2) return hojas[0] ?? sha256()
  return nodo(raizDe(hojas.slice(0, corte(hojas.length))), raizDe(hojas.slice(corte(hojas.length))))
}
function raizPor(camino, indice, cuantos, h) {
  if (cuantos < 2 || camino.length === 0) return cuantos === 1 && camino.length === 0 ? h : sha256()
  const [k, resto, otro] = [corte(cuantos), camino.slice(0, -1), Buffer.from(camino.at(-1), 'hex')]
  if (indice < k) return nodo(raizPor(resto, indice, k, h), otro)
  return nodo(otro, raizPor(resto, indice - k, cuantos - k, h))
}

// --- La conversación: cada mensaje, con la sal de su resumen, da la huella que lleva la cadena ---
async function comprobarMensajes(bag, archivo, dichos) {
  const faltan = new Map(dichos)
  const vistos = new Map()
  for (const linea of (await texto(bag, archivo)).split('\n').filter(Boolean)) {
    const { id, canonico } = JSON.parse(linea)
    const { hoja: huella, sal } = faltan.get(id) ?? {}
    if (!huella) falla(archivo, `el mensaje ${id} no está en la cadena, o está dos veces`)
    else if (sal === undefined) sinComprobar.add('los mensajes cuya sal se borró')
    else if (sha256(Buffer.from(sal, 'hex'), canonico).toString('hex') !== huella)
      falla(archivo, `el mensaje ${id} no es el que se selló`)
    faltan.delete(id)
    vistos.set(id, JSON.parse(canonico))
  }
  for (const id of faltan.keys()) falla(archivo, `falta el mensaje ${id}, que está en la cadena`)
  // Lo que se lee es lo que se selló.
  const legible = 'data/conversacion/mensajes.jsonl'
  for (const linea of (await texto(bag, legible)).split('\n').filter(Boolean)) {
    const uno = JSON.parse(linea)
    const sellado = vistos.get(uno.id) ?? {}
    vistos.delete(uno.id)
    const iguales =
      ['texto', 'autor', 'empresa', 'tipo', 'usuario_id'].every((campo) => uno[campo] === sellado[campo]) &&
      uno.documento === sellado.documento_id
    if (!iguales || Date.parse(uno.creado_en) !== Date.parse(sellado.creado_en))
      falla(legible, `el mensaje ${uno.id} no es el que se selló`)
  }
  for (const id of vistos.keys()) falla(legible, `falta el mensaje ${id}`)
}

// --- El sello de tiempo (RFC 3161): de qué huella es, y qué hora dice; la firma de la TSA la comprueba openssl ---
async function comprobarSello(bag, archivo, escrita, base64) {
  const trozos = []
  for await (const trozo of leerDe(bag, archivo)) trozos.push(trozo)
  const sello = Buffer.concat(trozos)
  const huella = sha256(escrita)
  // SHA-256 como lo escribe DER, con sus parámetros nulos o sin ellos, y la huella.
  const sitio = ['060960864801650304020105000420', '06096086480165030402010420']
    .map((hex) => sello.indexOf(Buffer.concat([Buffer.from(hex, 'hex'), huella])))
    .find((i) => i >= 0)
  if (sitio === undefined) return falla(archivo, 'no es un sello de la raíz firmada')
  if (!sello.equals(Buffer.from(base64, 'base64'))) falla(archivo, 'no es el sello que dice pruebas.json')
  const hora = /\D(\d{14}(?:\.\d+)?)Z/.exec(sello.toString('latin1', sitio))?.[1] ?? 'una hora que no se lee'
  console.log(
    `Sello de tiempo de la raíz: ${hora.replace(/^(....)(..)(..)(..)(..)(..)/, '$1-$2-$3 $4:$5:$6 UTC')}`,
  )
  sinComprobar.add('la firma de quien selló el tiempo (LEEME.txt dice cómo, con openssl ts)')
}

// --- Todo junto ---
async function verificar(ruta, dadas) {
  const todos = statSync(ruta).isDirectory() ? new Map(abrirCarpeta(ruta)) : abrirZip(ruta)
  const raiz = [...todos.keys()].find((n) => /^([^/]+\/)?bagit\.txt$/.test(n))?.slice(0, -'bagit.txt'.length)
  if (raiz === undefined) throw new Error('no hay bagit.txt: no es un expediente')
  const [deDatos, deEtiquetas] = ['manifest-sha256.txt', 'tagmanifest-sha256.txt']
  const etiquetas = [deDatos, 'bag-info.txt', 'bagit.txt', 'firma.txt']
  const [huellas, papeles, mensajes, cadena] = [new Map(), new Map(), new Map(), []]
  // La firma cubre lo que está en data/ y nada más: de lo demás no hay otro que las etiquetas de un bag.
  const cabe = (n) => n.startsWith(`${raiz}data/`) || [deEtiquetas, ...etiquetas].some((e) => n === raiz + e)
  for (const nombre of todos.keys()) if (!cabe(nombre)) falla(nombre, 'está de más: no lo cubre la firma')
  const bag = new Map([...todos].filter(([n]) => cabe(n)).map(([n, abre]) => [n.slice(raiz.length), abre]))
  const datos = [...bag.keys()].filter((n) => n.startsWith('data/'))
  await comparar(bag, huellas, deDatos, datos)
  await comparar(bag, huellas, deEtiquetas, etiquetas)
  if ((await texto(bag, 'bagit.txt')) !== BAGIT) falla('bagit.txt', 'no es el de un expediente')
  const E = 'data/evidencia'
  const pruebas = JSON.parse((await texto(bag, `${E}/pruebas.json`)) || '{}')
  const claves = (dadas.length ? dadas : (pruebas.claves ?? [])).map(clave)
  const sales = new Map((pruebas.sales ?? []).map(({ objeto, sal }) => [objeto, sal]))
  for (const linea of (await texto(bag, `${E}/eventos.jsonl`)).split('\n').filter(Boolean)) {
    const { hash, previo, canonico } = JSON.parse(linea)
    const hecho = JSON.parse(canonico)
    const donde = `${E}/eventos.jsonl (hecho ${cadena.length + 1})`
    if (hecho.n !== cadena.length + 1) falla(donde, 'falta, sobra o está fuera de su lugar')
    if (previo !== (cadena.at(-1) ?? '0'.repeat(64))) falla(donde, 'no sigue al anterior')
    if (sha256(Buffer.from(previo, 'hex'), canonico).toString('hex') !== hash)
      falla(donde, 'su texto no es el que se selló')
    if (hecho.contrato !== pruebas.contrato) falla(donde, 'es de otro contrato')
    cadena.push(hash)
    for (const [id, hoja] of hecho.tipo === 'mensajes.resumen' ? hecho.datos.mensajes : [])
      mensajes.set(id, { hoja, sal: sales.get(hecho.objeto) })
    for (const [objeto, fila] of Object.entries(hecho.datos.filas ?? { [hecho.objeto]: hecho.datos.fila }))
      if (/^documento\/\d+$/.test(objeto) && fila) papeles.set(objeto, fila.sha256)
  }
  const sello = nota(`${E}/checkpoint.txt`, await texto(bag, `${E}/checkpoint.txt`), claves)
  if (sello.tamano !== cadena.length || sello.raiz !== raizDe(cadena.map(hoja)).toString('hex'))
    falla(`${E}/checkpoint.txt`, 'no es de esta cadena')
  const firma = nota('firma.txt', await texto(bag, 'firma.txt'), claves)
  const cubierto = sha256(await texto(bag, deDatos), await texto(bag, 'bag-info.txt')).toString('hex')
  const cubre = `${firma.origen} ${firma.tamano} ${firma.raiz}`
  if (cubre !== `${sello.origen}/expediente ${cadena.length} ${cubierto}`)
    falla('firma.txt', 'no es de estos archivos')
  if (bag.has(`${E}/mensajes.jsonl`)) await comprobarMensajes(bag, `${E}/mensajes.jsonl`, mensajes)
  else sinComprobar.add('los mensajes, uno por uno: el expediente es de antes')
  for (const { nota: escrita, n, indice, camino, sello_de_tiempo } of pruebas.raices ?? []) {
    const dia = nota(`${E}/pruebas.json`, escrita, claves)
    if (raizPor(camino, indice, dia.tamano, hoja(cadena[n - 1] ?? '')).toString('hex') !== dia.raiz)
      falla(`${E}/pruebas.json`, `el hecho ${n} no está en la raíz firmada`)
    if (sello_de_tiempo) await comprobarSello(bag, `${E}/sello.tsr`, escrita, sello_de_tiempo)
  }
  // Lo que el propio servidor encontró al hacerlo: sus tablas ya no decían lo que contó la cadena.
  for (const { objeto, falla: que, campos } of pruebas.discrepancias ?? [])
    falla(objeto, `no es lo que contó la cadena: ${[que, ...campos].join(' ')}`)
  for (const { documento, archivo } of pruebas.papeles ?? []) {
    if (papeles.get(`documento/${documento}`) !== huellas.get(archivo))
      falla(archivo, 'no es el papel que selló la cadena')
    papeles.delete(`documento/${documento}`)
  }
  for (const [objeto, suma] of papeles) if (suma) falla(objeto, 'está en la cadena y no en el expediente')
  return { pruebas, cadena, claves }
}

const [ruta, ...opciones] = process.argv.slice(2)
try {
  // Después de un cambio de clave, las raíces de antes las firmó la de antes: se pueden dar varias.
  const dadas = opciones.filter((_, i) => i % 2 === 1)
  if (!ruta || opciones.length % 2 || opciones.some((o, i) => i % 2 === 0 && o !== '--clave'))
    throw new Error('falta el expediente, o su clave: verificar.mjs expediente.zip [--clave …]…')
  const { pruebas, cadena, claves } = await verificar(ruta, dadas)
  const de = claves.map((c) => `${c.nombre}+${c.id}`).join(', ')
  console.log(`${pruebas.contrato}: ${cadena.length} hechos, cabeza ${cadena.at(-1)?.slice(0, 16)}`)
  const cuales =
    dadas.length > 1 ? 'las claves dadas' : dadas.length ? 'la clave dada' : 'la clave que trae el expediente'
  console.log(`Firmas comprobadas con ${cuales}: ${de}`)
  if (!dadas.length)
    console.log(`Compárela con la que publica ${pruebas.claves_en}, o vuelva a probar con --clave.`)
} catch (error) {
  falla(ruta ?? 'verificar.mjs', error.message)
}
for (const una of fallas) console.log(`✗ ${una}`)
for (const una of sinComprobar) console.log(`No se comprobó aquí: ${una}.`)
console.log(fallas.size === 0 ? 'SÍ: es el expediente que se entregó, sin cambios.' : 'NO: algo no cuadra.')
process.exitCode = fallas.size === 0 ? 0 : 1
