/**
 * The errors that the functions raise by themselves: key → [status, Spanish detail]. Those raised by the
 * database keep the key and the detail that SQL gives them. All are listed in docs/errores.md.
 */
export const CATALOGUE = {
  json_invalido: [400, 'El cuerpo no es JSON válido en UTF-8.'],
  formulario_invalido: [400, 'El cuerpo no es un formulario multipart/form-data válido.'],
  parametros_invalidos: [400, 'Algún parámetro de la dirección no es válido.'],
  cursor_invalido: [400, 'El cursor no es de esta lista: pida la primera página sin él.'],
  peticion_invalida: [400, 'La petición no es válida.'],
  no_autenticado: [401, 'Hace falta una sesión válida: envíe Authorization: Bearer <token de acceso>.'],
  sin_permiso: [403, 'Su cuenta no tiene permiso para esto.'],
  documento_sin_permiso: [403, 'Un proveedor solo sube documentos a contratos activos.'],
  ruta_inexistente: [404, 'No hay nada en esta dirección.'],
  contrato_no_existe: [404, 'No existe ese contrato.'],
  documento_no_existe: [404, 'No existe ese documento en el contrato.'],
  empresa_no_existe: [404, 'No existe esa empresa o no comparte contratos con ella.'],
  usuario_no_existe: [404, 'No existe ese usuario en su empresa.'],
  invitacion_no_existe: [404, 'Esa invitación no existe, venció, ya se usó o es de otro correo.'],
  proveedor_no_existe: [404, 'Esa empresa no es parte del contrato.'],
  parametro_no_existe: [404, 'No existe ese parámetro.'],
  precio_no_existe: [404, 'No existe ese precio.'],
  precio_pendiente_no_existe: [404, 'No existe ese precio pendiente.'],
  fijacion_no_existe: [404, 'No existe esa fijación en el contrato.'],
  lote_no_existe: [404, 'No existe ese lote en el contrato.'],
  calculadora_no_existe: [404, 'No hay una calculadora con ese nombre.'],
  calculo_no_existe: [404, 'No existe ese cálculo.'],
  metodo_no_permitido: [405, 'Esta dirección no admite este método.'],
  cuerpo_demasiado_lento: [408, 'El cuerpo no terminó de llegar a tiempo: vuelva a enviarlo.'],
  conflicto_simultaneo: [409, 'Otra operación cambió lo mismo a la vez: vuelva a intentarlo.'],
  duplicado: [409, 'Ya existe un registro con ese valor.'],
  version_distinta: [412, 'El contrato cambió desde que usted lo leyó: vuelva a leerlo antes de editarlo.'],
  cuerpo_demasiado_grande: [413, 'El cuerpo pasa de 1 MiB.'],
  archivo_demasiado_grande: [413, 'El archivo pasa de 50 MiB.'],
  csv_demasiado_grande: [413, 'El CSV pasa de 5 MiB o de 20 000 líneas.'],
  tipo_de_cuerpo_no_admitido: [
    415,
    'El tipo del cuerpo (Content-Type o Content-Encoding) no se admite aquí.',
  ],
  rango_invalido: [416, 'El rango pedido no está dentro del archivo.'],
  datos_invalidos: [422, 'Algún dato no es válido.'],
  parametro_sin_definir: [422, 'El cálculo necesita un parámetro que nadie ha definido para esa fecha.'],
  referencia_inexistente: [422, 'Algún dato se refiere a algo que no existe.'],
  archivo_no_admitido: [422, 'El contenido del archivo no es PDF, XML, imagen ni CSV.'],
  csv_invalido: [422, 'El archivo no es un CSV en UTF-8 con encabezado.'],
  demasiadas_peticiones: [429, 'Demasiadas peticiones seguidas: espere lo que dice Retry-After.'],
  demasiadas_a_la_vez: [429, 'Tiene demasiado pedido a la vez: espere a que algo termine.'],
  error_interno: [500, 'Algo falló de nuestro lado; ya quedó registrado.'],
  base_no_disponible: [503, 'La base de datos no está disponible: vuelva a intentarlo en unos segundos.'],
  almacen_no_disponible: [
    503,
    'El almacén de archivos no está disponible: vuelva a intentarlo en unos segundos.',
  ],
  sesiones_no_disponibles: [
    503,
    'El servicio de sesiones no está disponible: vuelva a intentarlo en unos segundos.',
  ],
} as const satisfies Record<string, readonly [number, string]>

export type Clave = keyof typeof CATALOGUE

/** The short title of each status, the same for every key. */
export const TITLES: Record<number, string> = {
  400: 'Petición inválida',
  401: 'Sin sesión',
  403: 'Sin permiso',
  404: 'No encontrado',
  405: 'Método no permitido',
  408: 'Tiempo agotado',
  409: 'Conflicto',
  412: 'La versión es otra',
  413: 'Demasiado grande',
  415: 'Tipo no admitido',
  416: 'Rango inválido',
  422: 'Datos inválidos',
  429: 'Demasiadas peticiones',
  500: 'Error interno',
  503: 'Servicio no disponible',
}
