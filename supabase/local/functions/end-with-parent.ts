// Loaded into the functions' process with --import: when the stack is killed without a word, the channel
// to it closes and the functions end too, instead of holding their port for ever.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
