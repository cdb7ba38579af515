declare module 'libheif-js/wasm-bundle.js' {
  const libheif: { HeifDecoder: new () => { decode(source: Uint8Array): unknown[] } }
  export default libheif
}
