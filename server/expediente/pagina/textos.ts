/** What the public page says, in the languages of who reads a label. */
export type Idioma = 'es' | 'en'

export const TEXTOS = {
  es: {
    titulo: 'Expediente',
    presenta:
      'Este expediente existe en Triboka. Aquí se comprueba si un sello impreso o un archivo son suyos.',
    estado: 'Estado',
    estados: {
      'En revisión': 'En revisión',
      Activo: 'Activo',
      Cerrado: 'Cerrado',
      Rechazado: 'Rechazado',
      Retirado: 'Retirado',
    },
    creado: 'Creado',
    firmado: 'Firmado',
    cerrado: 'Cerrado',
    ultimo: 'Último hecho',
    partes: 'Partes',
    calidad: 'Calidad',
    volumen: 'Volumen',
    entrega: 'Entrega hasta',
    lotes: 'Lotes',
    documentos: 'Documentos',
    sello: 'El sello del papel',
    autentico: 'Auténtico: el hecho {n} de la cadena es el que dice el papel, sellado el {en}.',
    falso: 'No es auténtico: la cadena de este expediente no tiene ese sello.',
    escriba: 'Sello impreso (número y huella):',
    comprobar: 'Comprobar',
    archivo: 'Comprobar un archivo',
    elija: 'Elija un archivo: se lee en su equipo y no se envía; solo se pregunta por su huella.',
    huella: 'O escriba su huella SHA-256:',
    documento: 'Sí: es un documento de este contrato, sin cambios.',
    expediente: 'Sí: es un expediente de este contrato, como se entregó.',
    ninguno: 'No: ese archivo no es de este contrato, o fue cambiado.',
    leyendo: 'Leyendo…',
    error: 'No se pudo comprobar: vuelva a intentarlo.',
    nota: 'Íntegro desde su recepción no quiere decir válido: eso lo dicen las leyes y quien las aplica.',
    otro: 'English',
    nadaTitulo: 'Aquí no hay nada',
    nada: 'Esta dirección no es de ningún expediente, venció o fue revocada.',
  },
  en: {
    titulo: 'File',
    presenta:
      'This file exists in Triboka. Here you check whether a printed seal or a document is part of it.',
    estado: 'State',
    estados: {
      'En revisión': 'Under review',
      Activo: 'Active',
      Cerrado: 'Closed',
      Rechazado: 'Refused',
      Retirado: 'Withdrawn',
    },
    creado: 'Created',
    firmado: 'Signed',
    cerrado: 'Closed',
    ultimo: 'Last fact',
    partes: 'Parties',
    calidad: 'Quality',
    volumen: 'Volume',
    entrega: 'Delivery until',
    lotes: 'Lots',
    documentos: 'Documents',
    sello: 'The seal on the paper',
    autentico: 'Authentic: fact {n} of the chain is the one on the paper, sealed on {en}.',
    falso: 'Not authentic: the chain of this file has no such seal.',
    escriba: 'Printed seal (number and digest):',
    comprobar: 'Check',
    archivo: 'Check a document',
    elija: 'Choose a file: it is read on your device and not sent; only its digest is asked for.',
    huella: 'Or write its SHA-256 digest:',
    documento: 'Yes: it is a document of this contract, unchanged.',
    expediente: 'Yes: it is a file of this contract, as it was handed over.',
    ninguno: 'No: that file is not of this contract, or was changed.',
    leyendo: 'Reading…',
    error: 'It could not be checked: try again.',
    nota: 'Whole since it was received does not mean valid: that is for the law to say.',
    otro: 'Español',
    nadaTitulo: 'There is nothing here',
    nada: 'This address is of no file, has ended or was revoked.',
  },
} as const

/** The language that a browser asks for first, of the two; Spanish if neither. */
export function idiomaDe(accept: string | undefined): Idioma {
  const asked = (accept ?? '')
    .split(',')
    .map((part) => {
      const [language = '', ...rest] = part.trim().toLowerCase().split(';')
      const q = rest.find((one) => one.trim().startsWith('q='))?.trim()
      return { language: language.slice(0, 2), q: q === undefined ? 1 : Number(q.slice(2)) || 0 }
    })
    .filter(({ language, q }) => q > 0 && (language === 'es' || language === 'en'))
    .sort((a, b) => b.q - a.q)
  return asked[0]?.language === 'en' ? 'en' : 'es'
}
