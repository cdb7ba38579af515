import type { Expediente } from './leer.ts'

/** LEEME.txt: what this is, and how to verify it without us. */
export const leeme = (
  { codigo, n, hash, en }: Pick<Expediente, 'codigo' | 'n' | 'hash' | 'en'>,
  { clavesEn }: { clavesEn: string },
): string => `EXPEDIENTE DEL CONTRATO ${codigo}
Hasta el hecho ${n} de su cadena, sellado el ${en}
Sello: ${n}-${hash.slice(0, 16)}

QUÉ HAY AQUÍ
  data/expediente.pdf                 la carátula: partes, términos, lotes, papeles, hechos
  data/contrato.json                  lo mismo, para programas; los decimales van como texto
  data/papeles/                       los papeles, con los bytes con que llegaron
  data/conversacion/                  lo que se dijo, como texto y como JSON (una línea por mensaje)
  data/evidencia/eventos.jsonl        la cadena de hechos, tal como se selló
  data/evidencia/checkpoint.txt       la raíz de esa cadena, firmada
  data/evidencia/mensajes.jsonl       cada mensaje como entra en las huellas de la cadena
  data/evidencia/pruebas.json         las claves públicas, la raíz firmada del día, la prueba de que está en ella y las sales
                                      de la conversación
  data/evidencia/sello.tsr            si lo hay, el sello de tiempo (RFC 3161) de esa raíz, con raiz.txt, que es lo sellado,
                                      y los certificados de quien selló
  data/evidencia/verificar.mjs        el programa que lo comprueba todo
  manifest-sha256.txt                 la huella SHA-256 de cada archivo
  firma.txt                           la firma de ese manifiesto

CÓMO SE VERIFICA, SIN NOSOTROS Y SIN INTERNET
  1. Con Node 18 o posterior (https://nodejs.org), sobre el ZIP o sobre esta carpeta:
       node data/evidencia/verificar.mjs expediente.zip
     Dice SÍ o NO, y nombra lo que no cuadra. El programa es un solo archivo que cualquiera puede leer; si
     desconfía del que viene aquí, use uno que haya recibido antes.
     La clave pública que trae el expediente puede compararla con la que se publica en
       ${clavesEn}
     o con la que guardó otro día; con ella: node verificar.mjs expediente.zip --clave "la-clave"
     Si la clave cambió alguna vez, se dan las dos: --clave "la de antes" --clave "la de ahora".
  2. Sin programa nuestro: esto es un bag (BagIt, RFC 8493). En esta carpeta,
       sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt
     o cualquier programa que verifique BagIt.
  3. A mano: en eventos.jsonl, hash = SHA-256(previo en bytes, seguido de canonico en UTF-8), y el previo de cada
     hecho es el hash del anterior (32 ceros el del primero). La raíz de checkpoint.txt es la del árbol de Merkle
     (RFC 6962) de esos hashes; las firmas son Ed25519 en notas de C2SP (tlog-checkpoint). La huella de un mensaje es
     SHA-256(sal de su resumen, seguida de su canonico en UTF-8).
  4. El sello de tiempo, si lo hay, dice que un tercero vio esa raíz a esa hora. verificar.mjs comprueba que es de esta
     raíz; quién lo firmó lo comprueba openssl, en data/evidencia:
       openssl ts -verify -data raiz.txt -in sello.tsr -untrusted sello-certificados.pem -CAfile autoridad.pem
     autoridad.pem es el certificado de la autoridad que responde por quien selló; pídalo a ella, o compare con ella el
     sello-autoridades.pem que venga aquí.

QUÉ PRUEBA Y QUÉ NO
  Que estos archivos son los que el servidor recibió, íntegros desde su recepción, y que los hechos ocurrieron para
  él en ese orden y a esas horas de su reloj. No prueba que lo que dicen los papeles sea cierto, ni da por sí mismo
  validez legal: eso lo dicen las leyes (en el Ecuador, la Ley 2002-67 de Comercio Electrónico y el COGEP) y quien las
  aplica.
  De las personas, la cadena lleva identificadores y huellas con sal, no nombres ni cédulas.
  El hecho que cuenta que se entregó este expediente es posterior a él, y por eso no está dentro.
`
