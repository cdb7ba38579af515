#!/usr/bin/env bash
# The backup service: a backup every day at 02:00 in Ecuador, a proof on Sundays, and soon after a start what was missed.
# One that fails is tried again an hour later.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=comun.sh
. "$here/comun.sh"
what_now 'The service goes on, and looks again within the hour.'
# shellcheck disable=SC2034 # errores.sh reads it.
GOES_ON=yes
export TZ=America/Guayaquil
trap 'exit 0' TERM INT

# Seconds since 1970 of the last good one of a kind; 0 without any.
last() {
  ask "select coalesce(extract(epoch from max(creado_en))::bigint, 0) from privado.respaldos where exito and tipo = '$1'"
}
# The last time that one was due.
due_backup() {
  local today
  today=$(date -d '02:00' +%s)
  if [[ $(date +%s) -ge $today ]]; then printf '%s' "$today"; else date -d 'yesterday 02:00' +%s; fi
}
due_proof() {
  local sunday
  sunday=$(date -d "04:00 $(date +%w) days ago" +%s)
  if [[ $(date +%s) -ge $sunday ]]; then printf '%s' "$sunday"; else printf '%s' $((sunday - 7 * 86400)); fi
}
# Not one that is known to be bad, nor one that this machine cannot read: /salud tells that the proof is late.
can_prove() {
  local newest
  newest=$(backups | sed -n 1p)
  [[ -n $newest && (-z ${RESPALDO_DESTINATARIO-} || -n ${RESPALDO_IDENTIDAD-}) ]] &&
    ! grep -qs '"exito": false' "$RESPALDOS_DIR/$newest/prueba.json"
}

while true; do
  if backup=$(last respaldo); then
    if [[ $backup -lt $(due_backup) ]]; then "$here/respaldo.sh" || say 'The backup failed; tried again in an hour.' >&2; fi
    if [[ $(last prueba) -lt $(due_proof) ]] && can_prove; then
      "$here/restaurar.sh" --probar || say 'The proof failed; tried again in an hour.' >&2
    fi
  else
    say 'Postgres does not answer, or has not our migrations yet.' >&2
  fi
  # In the background, so that a stop does not wait for it.
  sleep $((3600 - $(date +%s) % 3600)) &
  wait $!
done
