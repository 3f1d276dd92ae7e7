#!/usr/bin/env bash
# The wheel builds, and a desk installed from it starts outside the checkout with its pages, tables and sample data.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
away=$(mktemp -d)
desk=""
end() {
  if [ -n "$desk" ]; then kill "$desk" 2>/dev/null || true; wait "$desk" 2>/dev/null || true; fi
  rm -rf "$away"
}
trap end EXIT

"$bin/python" -m build --wheel --outdir "$away/dist" . >"$away/build.log" 2>&1 || { tail -30 "$away/build.log"; exit 1; }
"$bin/python" -m venv "$away/venv"
"$away/venv/bin/python" -m pip install --quiet "$away"/dist/*.whl
cd "$away"
venv/bin/helpdesk --version
venv/bin/helpdesk demo --data "$away/data" --port 0 >"$away/demo.log" 2>&1 &
desk=$!
for _ in $(seq 240); do
  address=$(grep -oE 'http://127\.0\.0\.1:[0-9]+$' "$away/demo.log" | head -1 || true)
  if [ -n "$address" ] && venv/bin/python - "$address/health/ready" "$address/sign-in" "$address/static/vendor/htmx.min.js" <<'PY'
import sys, urllib.request
for address in sys.argv[1:]:
    with urllib.request.urlopen(address, timeout=5) as answer:
        assert answer.status == 200
PY
  then echo "the wheel's desk is ready at $address"; exit 0; fi
  kill -0 "$desk" 2>/dev/null || break
  sleep 0.5
done 2>/dev/null
cat "$away/demo.log"
echo "the desk from the wheel did not get ready"
exit 1
