/** Where the thread's program is; the build puts it beside the server's and writes that place here. */
export const WORKER_URL = new URL('./worker.ts', import.meta.url)
