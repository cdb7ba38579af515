# shellcheck shell=bash
# What instalar.sh and actualizar.sh share. DOCKER_DIR is the folder supabase/docker; it is set by who sources this.
ROOT=$(cd "$DOCKER_DIR/../.." && pwd)
OFFICIAL=$DOCKER_DIR/oficial
STACK=$OFFICIAL/docker
ENV_FILE=$STACK/.env
# shellcheck source=../respaldo/errores.sh
. "$DOCKER_DIR/respaldo/errores.sh"
# shellcheck source=version
. "$DOCKER_DIR/version"
DRY=

say() { printf '%s\n' "$*"; }

# step <what it does> <command…>: says it, and does it unless --comprobar only asks.
step() {
  if [[ -n $DRY ]]; then
    say "  would: $1"
  else
    say "  $1"
    "${@:2}"
  fi
}

compose() { (cd "$STACK" && docker compose "$@"); }
# The engine reads the files together, before anything is built or changed with them.
agree() {
  compose config --quiet || die "Compose cannot put $SUPABASE_TAG and this folder together: nothing was started or changed."
}
psql_db() { compose exec -T db psql -U postgres -d postgres -Atqc "$1"; }

# read_value <name> [file]: empty where there is none.
read_value() {
  local file=${2:-$ENV_FILE}
  [[ -f $file ]] || return 0
  sed -n "s/^$1=//p" "$file" | head -n 1
}

# put_value <file> <name> <value>. By the environment of awk: an argument would be seen in the list of processes.
put_value() {
  NAME=$2 VALUE=$3 awk '
    BEGIN { name = ENVIRON["NAME"] "="; line = name ENVIRON["VALUE"] }
    index($0, name) == 1 { if (!done) print line; done = 1; next }
    { print }
    END { if (!done) print line }' "$1" >"$1.awk"
  cat "$1.awk" >"$1"
  rm -f "$1.awk"
}

version_of_ours() {
  git -C "$ROOT" rev-parse --short=12 HEAD 2>/dev/null ||
    sed -n 's/^  "version": "\(.*\)",$/\1/p' "$ROOT/package.json"
}

installed_commit() { git -C "$OFFICIAL" rev-parse HEAD 2>/dev/null || true; }

# The release, and nothing else of Supabase's repository; refused when it is not the commit that was read.
fetch_release() {
  [[ $(installed_commit) != "$SUPABASE_COMMIT" ]] || return 0
  local fresh
  fresh=$(mktemp -d "$DOCKER_DIR/.oficial.XXXXXX")
  # shellcheck disable=SC2064 # The folder of now.
  trap "rm -rf '$fresh'" EXIT
  git -c advice.detachedHead=false clone --quiet --depth 1 --filter=blob:none --sparse \
    --branch "$SUPABASE_TAG" "$SUPABASE_REPO" "$fresh/oficial"
  local found
  found=$(git -C "$fresh/oficial" rev-parse HEAD)
  [[ $found == "$SUPABASE_COMMIT" ]] ||
    die "$SUPABASE_TAG is commit $found, not $SUPABASE_COMMIT: somebody moved the tag, or the download was changed."
  git -C "$fresh/oficial" sparse-checkout set docker
  if [[ -d $OFFICIAL ]]; then
    # Its data lives in volumes/, which no release touches: files of Supabase change in place, all else stays.
    git -C "$OFFICIAL" fetch --quiet --depth 1 origin "$SUPABASE_COMMIT"
    git -C "$OFFICIAL" checkout --quiet --force "$SUPABASE_COMMIT"
  else
    mv "$fresh/oficial" "$OFFICIAL"
  fi
  rm -rf "$fresh"
  trap - EXIT
}

# The migrations by the official CLI. Realtime makes its tables when it first looks at the database.
migrate() {
  local tries=60
  until [[ $(psql_db "select to_regclass('realtime.messages') is not null and to_regclass('storage.objects') is not null and to_regclass('auth.users') is not null") == t ]]; do
    ((tries-- > 0)) || die "Auth, Storage or Realtime did not make their tables: docker compose logs auth storage realtime"
    sleep 2
  done
  # shellcheck disable=SC2016 # The container's own variable.
  compose run --rm tools sh -c 'npx supabase db push --remote="$DATABASE_URL" --yes --agent=no'
}
