#!/bin/sh
# Says in plain words what the machine lacks. `need.sh python` prints the interpreter to use; `need.sh node` only checks.
set -eu

refuse() {
  printf '\n%s\n%s\n\n' "$1" "$2" >&2
  exit 1
}

need_python() {
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    "$candidate" -c 'import ensurepip, venv' 2>/dev/null || refuse \
      "$candidate में venv या pip नहीं है। Debian/Ubuntu पर पैकेज python3-venv लगाएँ, फिर यही आदेश दें।" \
      "$candidate lacks venv or pip. On Debian/Ubuntu install the package python3-venv, then give the same command."
    printf '%s\n' "$candidate"
    return
  done
  found=$(python3 --version 2>/dev/null || true)
  refuse \
    "Python 3.11 या नया चाहिए; यहाँ मिला: ${found:-कुछ नहीं}। Python लगाएँ, या PYTHON=/पूरा/पथ देकर फिर चलाएँ।" \
    "Python 3.11 or newer is needed; found here: ${found:-none}. Install it, or name one with PYTHON=/full/path."
}

need_node() {
  found=$(node --version 2>/dev/null || true)
  major=${found#v}
  major=${major%%.*}
  if [ "${major:-0}" -lt 20 ]; then
    refuse \
      "Node 20 या नया चाहिए; यहाँ मिला: ${found:-कुछ नहीं}। Node लगाएँ, फिर यही आदेश दें।" \
      "Node 20 or newer is needed; found here: ${found:-none}. Install it, then give the same command."
  fi
  command -v npm >/dev/null 2>&1 || refuse \
    "npm नहीं मिला; वह Node के साथ आता है। Node फिर से लगाएँ।" \
    "npm was not found; it comes with Node. Install Node again."
}

case "$1" in
python) need_python ;;
node) need_node ;;
*) refuse "need.sh: python | node" "need.sh: python | node" ;;
esac
