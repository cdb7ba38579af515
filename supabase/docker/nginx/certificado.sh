#!/bin/bash
# Before nginx starts: a certificate to start with, signed by itself until Let's Encrypt gives one; and from then on,
# a look every minute for a newer one, which nginx takes without cutting anybody.
set -Eeuo pipefail
trap 'echo "${0##*/}:$LINENO: ended with $?. Look at DOMAIN of .env, and at the disk: df -h" >&2' ERR
umask 077
live=${LETSENCRYPT_LIVE:-/etc/letsencrypt/live}/$NGINX_DOMAIN
tls=$(dirname "${NGINX_CERTIFICATE:-/etc/nginx/tls/fullchain.pem}")
every=${CERTIFICATE_EVERY:-60}

self_signed() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
    -subj "/CN=$NGINX_DOMAIN" -addext "subjectAltName=DNS:$NGINX_DOMAIN" \
    -keyout "$tls/privkey.pem" -out "$tls/fullchain.pem"
}

# Tells whether there was a newer one. The key goes first: nginx reads both only when it is told to.
take() {
  [ -s "$live/fullchain.pem" ] && [ -s "$live/privkey.pem" ] || return 1
  cmp -s "$live/fullchain.pem" "$tls/fullchain.pem" && return 1
  cp -L "$live/privkey.pem" "$tls/privkey.pem" || return 1
  cp -L "$live/fullchain.pem" "$tls/fullchain.pem"
}

mkdir -p "$tls"
take || [ -s "$tls/fullchain.pem" ] || self_signed

while sleep "$every"; do
  if take; then
    echo "certificado.sh: a new certificate for $NGINX_DOMAIN"
    nginx ${NGINX_CONF:+-c "$NGINX_CONF"} -s reload || true
  fi
done &
