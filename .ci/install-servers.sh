#!/usr/bin/env bash
# Installs the servers and the browser that tests talk to, where that is possible and one is missing.
# Where it is not, the tests that need one are skipped with the reason (or fail, with HELPDESK_REQUIRE=all).
set -euo pipefail
PATH=$PATH:/usr/sbin:/usr/local/sbin

missing=()
command -v dovecot >/dev/null                        || missing+=(dovecot-imapd)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v redis-server >/dev/null                   || missing+=(redis-server)
command -v chromium >/dev/null                       || missing+=(chromium)
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "Not installed, and there is no apt here: ${missing[*]}"; exit 0
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || { echo "Not installed, and only root may: apt-get install ${missing[*]}"; exit 0; }
  as_root=(sudo -n)
fi
echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
