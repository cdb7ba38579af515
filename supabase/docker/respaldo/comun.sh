# shellcheck shell=bash
# What respaldo.sh and restaurar.sh share: the manifest, encryption and retention. The layout and the manifest are those
# of supabase/local/backup; docs/respaldos.md describes them.
# shellcheck source=errores.sh
. "${BASH_SOURCE[0]%/*}/errores.sh"
export LC_ALL=C
: "${RESPALDOS_DIR:=/respaldos}"
: "${STORAGE_DIR:=/var/lib/storage}"
export PGDATABASE=${PGDATABASE:-postgres} PGCONNECT_TIMEOUT=10
IDENTITY=identidad.openssl

say() { printf '%s\n' "$*"; }

# One query, one column.
ask() { psql -AtqX -v ON_ERROR_STOP=1 -c "$1"; }

# The result where /salud and the administrators see it. <tipo> <exito> [carpeta] [bytes] [detalle]
record() {
  psql -AtqX -v ON_ERROR_STOP=1 -v tipo="$1" -v exito="$2" -v carpeta="${3-}" -v bytes="${4-}" -v detalle="${5-}" \
    >/dev/null <<'SQL'
select privado.registrar_respaldo(
  :'tipo', :'exito'::boolean, nullif(:'carpeta', ''), nullif(:'bytes', '')::bigint, nullif(:'detalle', ''));
SQL
}

# Whole backups, newest first: 2026-11-26-2 is newer than 2026-11-26.
backups() {
  find "$RESPALDOS_DIR" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' |
    awk '/^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9](-[0-9]+)?$/ { print substr($0, 1, 10), (length($0) > 10 ? substr($0, 12) : 1), $0 }' |
    sort -k1,1r -k2,2nr | cut -d' ' -f3 |
    while IFS= read -r name; do
      if [[ -f $RESPALDOS_DIR/$name/manifiesto.sha256 ]]; then printf '%s\n' "$name"; fi
    done
}

# Of names, newest first, those to remove: the newest of 7 days, 4 weeks and 12 months stay, and of each of those days
# the newest that was proven. One that a proof found bad takes nobody's place and goes when a newer one is good.
expired() {
  while IFS= read -r name; do
    printf '%s %s %s %s %s\n' "$name" "${name:0:10}" "$(date -u -d "${name:0:10}" +%G-%V)" "${name:0:7}" \
      "$(grep -oswE 'true|false' "$RESPALDOS_DIR/$name/prueba.json" | sed -n 1p || true)"
  done | awk '
    $5 == "false" { if (days) print $1; next }
    {
      kept = 0
      if (!($2 in day)) { day[$2] = ++days; if (days <= 7) kept = 1 }
      if ($5 == "true" && !($2 in proven)) { proven[$2]; if (day[$2] <= 7) kept = 1 }
      if (!($3 in week)) { week[$3]; if (++weeks <= 4) kept = 1 }
      if (!($4 in month)) { month[$4]; if (++months <= 12) kept = 1 }
      if (!kept) print $1
    }'
}

# The files below the current folder as lines of the manifest, in order of path. Storage takes no name with a newline.
entries() {
  paste -d '\t' \
    <(find . -type f -printf '%P\0' | sort -z | xargs -0r sha256sum -z | tr '\0' '\n' | cut -c 1-64) \
    <(find . -type f -printf '%s\t%P\n' | sort -t $'\t' -k 2) |
    awk -F '\t' '{ gsub(/\\/, "\\\\", $3); gsub(/"/, "\\\"", $3)
      printf "{\"ruta\":\"%s\",\"bytes\":%s,\"sha256\":\"%s\"}\n", $3, $2, $1 }'
}

# The files of a manifest as "<sha256>  <bytes>  <path>".
listed() {
  sed -n 's/^ *{"ruta":"\(.*\)","bytes":\([0-9]*\),"sha256":"\([0-9a-f]\{64\}\)"},\{0,1\}$/\3  \2  \1/p' "$1" |
    sed 's/\\"/"/g; s/\\\\/\\/g'
}

# What a manifest says under a name, on a line of its own.
told() { sed -n "s/^  \"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$1/manifiesto.json" | sed -n 1p; }

# <folder> <why>: ends because of what a backup is; no other try would find it right.
bad() {
  if [[ -n ${PROOF-} ]]; then note_proof "$1" false "$2"; fi
  die "$2"
}
note_proof() {
  printf '{\n  "fecha": "%s",\n  "exito": %s,\n  "detalle": "%s"\n}\n' "$(date -u +%FT%T.000Z)" "$2" \
    "${3//[\\\"]/}" >"$1/prueba.json"
}

# Fails naming the first file that is missing, truncated or altered.
verify() {
  local folder=$1 sum bytes path files=0
  [[ -f $folder/manifiesto.json && -f $folder/manifiesto.sha256 ]] || bad "$folder" "$folder is not a backup."
  (cd "$folder" && sha256sum -c --status manifiesto.sha256) ||
    bad "$folder" "$folder/manifiesto.json does not match manifiesto.sha256: this backup cannot be trusted."
  while IFS= read -r line; do
    sum=${line%%  *} line=${line#*  }
    bytes=${line%%  *} path=$folder/${line#*  }
    [[ -f $path ]] || bad "$folder" "$path is missing: this backup cannot be trusted."
    [[ $(stat -c %s "$path") -eq $bytes ]] ||
      bad "$folder" "$path has $(stat -c %s "$path") bytes and not $bytes: this backup cannot be trusted."
    [[ $(sha256sum <"$path" | cut -c 1-64) == "$sum" ]] || bad "$folder" "$path was altered: this backup cannot be trusted."
    files=$((files + 1))
  done < <(listed "$folder/manifiesto.json")
  say "$files files verified."
}

# --- Encryption: every file goes to one age recipient. A passphrase protects the identity, and openssl does that, as
# --- age takes passphrases from a terminal alone.
openssl_pass() { openssl enc "$@" -aes-256-cbc -pbkdf2 -iter 600000 -md sha256 -pass env:RESPALDO_CLAVE; }

# Sets RECIPIENT, empty without encryption, and puts the identity into <folder>. The one of the last backup goes on where
# the passphrase opens it, so that files that did not change need not be written again.
RECIPIENT=
prepare_seal() {
  local folder=$1 previous=$2 identity
  [[ -z ${RESPALDO_CLAVE-} || -z ${RESPALDO_DESTINATARIO-} ]] ||
    die 'RESPALDO_CLAVE and RESPALDO_DESTINATARIO are two ways to encrypt: set one of them.'
  RECIPIENT=${RESPALDO_DESTINATARIO-}
  [[ -n ${RESPALDO_CLAVE-} ]] || return 0
  export RESPALDO_CLAVE
  if [[ -n $previous && -f $previous/$IDENTITY ]] &&
    identity=$(openssl_pass -d -in "$previous/$IDENTITY" 2>/dev/null) && [[ $identity == AGE-SECRET-KEY-* ]]; then
    cp "$previous/$IDENTITY" "$folder/$IDENTITY"
  else
    identity=$(age-keygen 2>/dev/null | grep '^AGE-SECRET-KEY-')
    printf '%s\n' "$identity" | openssl_pass -salt -out "$folder/$IDENTITY"
  fi
  RECIPIENT=$(printf '%s\n' "$identity" | age-keygen -y)
}

# <file>: from the standard input.
write_sealed() {
  if [[ -n $RECIPIENT ]]; then age -r "$RECIPIENT" -o "$1.age"; else cat >"$1"; fi
}

# Where the identity lies that reads a backup; a file of this process where a passphrase opens it.
open_identity() {
  local folder=$1 into=$2
  if [[ -f $folder/$IDENTITY ]]; then
    [[ -n ${RESPALDO_CLAVE-} ]] || die 'This backup is encrypted: set RESPALDO_CLAVE to its passphrase.'
    export RESPALDO_CLAVE
    if ! openssl_pass -d -in "$folder/$IDENTITY" -out "$into" 2>/dev/null || ! grep -q '^AGE-SECRET-KEY-' "$into"; then
      die "RESPALDO_CLAVE does not open $IDENTITY of this backup."
    fi
  else
    [[ -n ${RESPALDO_IDENTIDAD-} ]] ||
      die 'This backup is encrypted to a recipient: set RESPALDO_IDENTIDAD to the file of its age identity.'
    cp "$RESPALDO_IDENTIDAD" "$into"
  fi
}

# <folder> <path>: to the standard output.
read_sealed() {
  if [[ -n ${IDENTITY_FILE-} ]]; then age -d -i "$IDENTITY_FILE" "$1/$2.age"; else cat "$1/$2"; fi
}
