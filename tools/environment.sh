#!/usr/bin/env bash
# Makes .venv and installs flightagents with all its extras; `make` calls it, again when setup.cfg changes.
# PYTHON=... chooses the interpreter. What Debian or Ubuntu lacks is named with the line that installs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sudo=$([ "$(id -u)" -eq 0 ] || echo "sudo ")

stop() {
    printf '%s\n' "$@" >&2
    exit 1
}

new_enough() {
    command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))'
}

python=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if new_enough "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    stop "flightagents needs Python 3.11 or later, and found $(python3 --version 2>/dev/null || echo none)." \
        "On Debian 12, Ubuntu 22.04 or later: ${sudo}apt-get install python3.11 python3.11-venv" \
        "(if there is no such package: ${sudo}apt-get install python3 python3-venv), then the same make again."
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    stop "$python cannot make virtual environments here: ${sudo}apt-get install $(basename "$python")-venv"
fi

if ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    "$python" -m venv .venv
fi
echo "Installing into .venv: about 700 MB, some minutes the first time ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
