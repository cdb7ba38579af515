// Hashes a file where it is, and asks whether a file of that digest is of the contract. The file goes nowhere.
const form = document.querySelector('#archivo')
const choose = document.querySelector('#elegir')
const said = document.querySelector('#dicho')
const input = choose.querySelector('input')

function say(text, kind) {
  const line = document.createElement('p')
  line.textContent = text
  if (kind) line.className = kind
  said.replaceChildren(line)
}

async function check(file) {
  say(form.dataset.leyendo)
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  form.elements.h.value = sha256
  // Under whatever the page itself is: with the query of its address left out.
  const answer = await fetch(`${location.pathname.replace(/\/$/, '')}/h/${sha256}`)
  if (!answer.ok) throw new Error(answer.status)
  const { es } = await answer.json()
  if (es) say(`✓ ${form.dataset[es === 'expediente' ? 'siExpediente' : 'siDocumento']}`, 'si')
  else say(`✗ ${form.dataset.no}`, 'no')
}

// Browsers hash in a safe place alone: https, or this very machine.
if (globalThis.crypto?.subtle) {
  choose.hidden = false
  input.addEventListener('change', () => {
    const [file] = input.files
    if (file) check(file).catch(() => say(form.dataset.error, 'no'))
  })
}
