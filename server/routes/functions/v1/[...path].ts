import { useBase } from 'h3'
import { useNitroApp } from 'nitropack/runtime'

/** Every route again under /functions/v1, where `supabase.functions.invoke('contratos')` calls. */
export default useBase('/functions/v1', (event) => useNitroApp().router.handler(event))
