#!/usr/bin/env bash
# The checks of `make check`, one a line.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin

step() { printf '\n== %s\n' "$*"; }

step "lint";            "$bin/ruff" check .
step "format";          "$bin/ruff" format --check .
step "types";           "$bin/mypy"
step "floors";          "$bin/lint-imports" --no-cache
step "templates";       "$bin/djlint" templates --lint --quiet
step "migrations";      HELPDESK_DATA_FOLDER=$(mktemp -d) "$bin/helpdesk" db check
step "wheel";           .ci/wheel.sh
