/** A kind of file that is a paper: its media type and the extension its object gets. */
export interface AdmittedType {
  mime: string
  extension: string
}

/**
 * Every type that a paper may have. Storage admits the same ones: privado.tipos_documento holds them for Postgres, and
 * a test holds both lists together.
 */
export const ADMITTED = {
  pdf: { mime: 'application/pdf', extension: 'pdf' },
  xml: { mime: 'application/xml', extension: 'xml' },
  csv: { mime: 'text/csv', extension: 'csv' },
  xlsx: { mime: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', extension: 'xlsx' },
  ods: { mime: 'application/vnd.oasis.opendocument.spreadsheet', extension: 'ods' },
  geojson: { mime: 'application/geo+json', extension: 'geojson' },
  zip: { mime: 'application/zip', extension: 'zip' },
  jpeg: { mime: 'image/jpeg', extension: 'jpg' },
  png: { mime: 'image/png', extension: 'png' },
  webp: { mime: 'image/webp', extension: 'webp' },
  heic: { mime: 'image/heic', extension: 'heic' },
  tiff: { mime: 'image/tiff', extension: 'tif' },
} as const satisfies Record<string, AdmittedType>

/** The types, as a person is told of them. */
export const ADMITTED_NAMES = 'PDF, XML, CSV, XLSX, ODS, GeoJSON, ZIP o imagen (JPEG, PNG, WebP, HEIC, TIFF)'
