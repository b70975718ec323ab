#!/bin/sh
# Installs the tool into this user's own folder on the first run, then starts it; needs no rights.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
home=${RENKEI_HOME:-$HOME/.local/share/renkei-hospital}
version=$(cd "$here/wheels" && ls renkei-*.whl)
if [ "$(cat "$home/installed" 2>/dev/null || true)" != "$version" ]; then
  mkdir -p "$home"
  python=${RENKEI_PYTHON:-python3}
  for archive in "$here"/python/*.tar.gz; do
    [ -e "$archive" ] || continue
    tar -xzf "$archive" -C "$home"
    python=$home/python/bin/python3
  done
  "$python" -m venv --clear "$home/tool"
  "$home/tool/bin/python" -m pip install --quiet --disable-pip-version-check --no-index \
    --no-deps --find-links "$here/wheels" --require-hashes --requirement "$here/requirements.txt"
  printf '%s\n' "$version" > "$home/installed"
fi
exec "$home/tool/bin/renkei" "$@"
