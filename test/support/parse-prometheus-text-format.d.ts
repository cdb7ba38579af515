declare module 'parse-prometheus-text-format' {
  /** The metric families of an exposition, each with its samples. */
  export default function parse(
    text: string,
  ): { name: string; help: string; type: string; metrics: unknown[] }[]
}
