# shellcheck shell=bash
# The .env of the server: Supabase's own example, with every secret made here and none of its values left.

# value <name> <otherwise>: what was asked for now, what the .env says, or else the third.
declare -A ASKED=()
value() {
  local kept
  kept=$(read_value "$1")
  printf '%s' "${ASKED[$1]:-${kept:-${2:-}}}"
}

# allow_lines <addresses>: as nginx says it.
allow_lines() {
  local address
  for address in $1; do
    [[ $address =~ ^[0-9a-fA-F.:]+(/[0-9]{1,3})?$ ]] || die "$address is not an address nor a network."
    printf 'allow %s; ' "$address"
  done
}

# app_folder <folder>: whole, and one that nginx can serve, whose account is not root.
app_folder() {
  local folder
  folder=$(cd "$1" 2>/dev/null && pwd) || die "--carpeta-app: $1 is not there."
  [[ -f $folder/index.html ]] || die "--carpeta-app: $folder has no index.html: name the folder that the build of the app writes."
  [[ -z $(find "$folder" \( -type d ! -perm -005 -o -type f ! -perm -004 \) -print -quit) ]] ||
    die "--carpeta-app: not everybody may read $folder, and nginx is not root: chmod -R a+rX $folder"
  [[ $folder != *[\'\"\$:[:space:]]* ]] || die "--carpeta-app: Compose cannot read a folder with such a name: $folder"
  printf '%s' "$folder"
}

# A part of a URL: what is not a letter or a digit is escaped.
url_part() {
  local LC_ALL=C text=$1 i letter
  for ((i = 0; i < ${#text}; i++)); do
    letter=${text:i:1}
    case $letter in
      [A-Za-z0-9._~-]) printf '%s' "$letter" ;;
      *) printf '%%%02X' "'$letter" ;;
    esac
  done
}

make_secrets() {
  local file=$1 image made line
  # The image that the functions are built from, which is here anyway.
  image=$(sed -n 's/^FROM \(node:[^ ]*\).*/\1/p' "$DOCKER_DIR/Dockerfile" | head -n 1)
  made=$(docker run --rm --network none -v "$DOCKER_DIR/claves.ts:/claves.ts:ro" -v "$file:/env:ro" \
    "$image" node /claves.ts /env ${ROTATE:+sesiones})
  while IFS= read -r line; do
    [[ -z $line ]] || put_value "$file" "${line%%=*}" "${line#*=}"
  done <<<"$made"
}

# What a secret is called, in any release.
SECRET_NAME='(PASSWORD|SECRET|TOKEN|_PASS$|_KEY$|_KEYS$|_JWKS$|KEY_BASE$|KEY_ID$|ASYMMETRIC$|TENANT_ID$)'
# Not secrets, whatever they are called; STORAGE_TENANT_ID names a folder, and OPENAI_API_KEY is empty.
NOT_SECRET='^(STORAGE_TENANT_ID|OPENAI_API_KEY)$'

is_secret() { [[ $1 =~ $SECRET_NAME && ! $1 =~ $NOT_SECRET ]]; }

# No value of the example may stay in something that keeps others out, nor may it be left without one.
refuse_defaults() {
  local file=$1 line name kept left=()
  while IFS= read -r line; do
    name=${line%%=*}
    if ! is_secret "$name" || [[ -z ${line#*=} ]]; then continue; fi
    kept=$(read_value "$name" "$file")
    [[ $kept != "${line#*=}" && ( -n $kept || $name == SMTP_PASS ) ]] || left+=("$name")
  done < <(grep -E '^[A-Z0-9_]+=' "$STACK/.env.example")
  [[ ${#left[@]} -eq 0 ]] ||
    die "${left[*]} would stay as in Supabase's example: this release has a secret that claves.ts does not know."
}

# Writes .env only when something changes, whole or not at all, and for nobody else to read.
write_env() (
  umask 077
  fresh=$(mktemp "$STACK/.env.XXXXXX")
  trap 'rm -f "$fresh" "$fresh.awk"' EXIT
  if [[ -f $ENV_FILE ]]; then
    cat "$ENV_FILE" >"$fresh"
    # What a newer release brings; its secrets are to be made.
    while IFS= read -r line; do
      name=${line%%=*}
      grep -q "^$name=" "$fresh" && continue
      if is_secret "$name"; then line=$name=; fi
      printf '%s\n' "$line" >>"$fresh"
    done < <(grep -E '^[A-Z0-9_]+=' "$STACK/.env.example")
  else
    cat "$STACK/.env.example" >"$fresh"
    # Nothing that the example gives to a secret counts as one.
    while IFS= read -r name; do
      if is_secret "$name"; then put_value "$fresh" "$name" ''; fi
    done < <(grep -oE '^[A-Z0-9_]+=' "$STACK/.env.example" | tr -d =)
  fi
  make_secrets "$fresh"

  domain=$(value DOMAIN)
  put_value "$fresh" COMPOSE_FILE docker-compose.yml:../../compose.triboka.yml:../../respaldo/compose.yml
  put_value "$fresh" TRIBOKA_VERSION "$(version_of_ours)"
  put_value "$fresh" DOMAIN "$domain"
  put_value "$fresh" CERTBOT_EMAIL "$(value CERTBOT_EMAIL)"
  put_value "$fresh" STUDIO_ALLOW "$(value STUDIO_ALLOW 'allow 127.0.0.1;')"
  put_value "$fresh" DASHBOARD_USERNAME operador
  put_value "$fresh" SUPABASE_PUBLIC_URL "https://$domain"
  # Since v0.7 with the path of Auth.
  put_value "$fresh" API_EXTERNAL_URL "https://$domain/auth/v1"
  put_value "$fresh" SITE_URL "$(value SITE_URL "https://$domain")"
  put_value "$fresh" POSTGRES_PORT "$(value POSTGRES_PORT 5432)"
  put_value "$fresh" POOLER_PROXY_PORT_TRANSACTION "$(value POOLER_PROXY_PORT_TRANSACTION 6543)"
  put_value "$fresh" APP_DIR "$(value APP_DIR)"
  put_value "$fresh" PGRST_DB_SCHEMAS public,graphql_public
  put_value "$fresh" ENABLE_PHONE_SIGNUP false
  put_value "$fresh" ENABLE_ANONYMOUS_USERS false
  put_mail "$fresh" "$domain"
  refuse_defaults "$fresh"
  cmp -s "$fresh" "$ENV_FILE" || mv "$fresh" "$ENV_FILE"
  chmod 600 "$ENV_FILE"
)

# Without a server of mail nobody could confirm an address. Then Auth confirms by itself, and an invitation is worth
# nothing without its link (docs/decisiones/personas.md).
put_mail() {
  local file=$1 domain=$2 host port user pass scheme=smtp
  if [[ -n ${ASKED[SMTP_HOST]:-} ]]; then
    host=${ASKED[SMTP_HOST]} port=${ASKED[SMTP_PORT]:-587} user=${ASKED[SMTP_USER]:-} pass=${ASKED[SMTP_PASS]:-}
    [[ $port == 465 ]] && scheme=smtps
    put_value "$file" SMTP_HOST "$host"
    put_value "$file" SMTP_PORT "$port"
    put_value "$file" SMTP_USER "$user"
    # Compose reads what is within quotes as it stands, a dollar too.
    [[ $pass != *\'* ]] || die "the password of the server of mail may not have a single quote: Compose could not read it."
    put_value "$file" SMTP_PASS "'$pass'"
    put_value "$file" SMTP_ADMIN_EMAIL "no-responder@$domain"
    put_value "$file" SMTP_SENDER_NAME Triboka
    put_value "$file" SMTP_FROM "Triboka <no-responder@$domain>"
    put_value "$file" SMTP_URL "$scheme://$(url_part "$user"):$(url_part "$pass")@$host:$port"
    put_value "$file" ENABLE_EMAIL_AUTOCONFIRM false
  elif [[ ! -f $ENV_FILE ]]; then
    local name
    for name in SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASS SMTP_ADMIN_EMAIL SMTP_SENDER_NAME SMTP_FROM SMTP_URL; do
      put_value "$file" "$name" ''
    done
    # GoTrue does not start with an empty number.
    put_value "$file" SMTP_PORT 587
    put_value "$file" ENABLE_EMAIL_AUTOCONFIRM true
  fi
}
