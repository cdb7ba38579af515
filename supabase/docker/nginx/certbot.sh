#!/bin/sh
# Asks for the certificate of DOMAIN until there is one, then twice a day whether it is time to renew it. A failure waits
# an hour: Let's Encrypt takes five an hour for one name.
set -eu
# The image of certbot has no bash, and so no ERR.
tell() {
  [ "$1" -eq 0 ] || echo "certbot.sh: ended with $1 while it was to $doing. Look at DOMAIN and CERTBOT_EMAIL of .env." >&2
}
trap 'tell $?' EXIT
trap 'exit 0' TERM INT
doing='look at DOMAIN and CERTBOT_EMAIL'
: "${DOMAIN:?}" "${CERTBOT_EMAIL:?}"
while :; do
  doing='ask for the certificate'
  if certbot certonly --webroot --webroot-path /var/www/certbot --domain "$DOMAIN" --email "$CERTBOT_EMAIL" \
    --agree-tos --non-interactive --keep-until-expiring --key-type ecdsa; then
    pause=43200
  else
    echo "certbot.sh: no certificate for $DOMAIN. Its DNS must lead to this server and port 80 be open to everybody; tried again in an hour." >&2
    pause=3600
  fi
  doing='wait for the next time'
  sleep "$pause" &
  wait $!
done
