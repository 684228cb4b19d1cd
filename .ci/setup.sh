#!/usr/bin/env bash
# Set up what `make run` or `make test` needs: .ci/setup.sh run|test
# Installs what is missing and nothing else; a second call does no work. Runs on bash 3.2 (macOS).
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}
case $purpose in run | test) ;; *) echo "usage: .ci/setup.sh run|test" >&2; exit 2 ;; esac

say() { printf 'setup: %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- System packages -------------------------------------------------------------------------------------------------
apt_updated=
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
may_install() { have apt-get && { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }; }

# Install Debian packages; false when that cannot be done. The output is shown only when it went wrong.
apt_install() {
  may_install || return 1
  local log status=0
  log=$(mktemp)
  if [ -z "$apt_updated" ]; then
    apt_updated=yes
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >"$log" 2>&1 || say "apt-get update failed, trying with the lists at hand"
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >"$log" 2>&1 || status=1
  if [ $status != 0 ]; then tail -n 5 "$log"; fi
  rm -f "$log"
  return $status
}

# --- Python ----------------------------------------------------------------------------------------------------------
find_python() {
  local name
  for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3; do
    if have "$name" && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}

make_environment() {
  local python version
  if ! python=$(find_python); then
    say "Python 3.11 or newer was not found: install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) and run this again." >&2
    exit 1
  fi
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "installing python3-venv, because Debian ships Python without the module that makes environments"
    if ! apt_install "python$version-venv" && ! apt_install python3-venv; then
      say "an environment cannot be made: run 'apt install python$version-venv' as root, then this again." >&2
      exit 1
    fi
  fi
  say "making .venv with Python $version ($python)"
  "$python" -m venv --clear .venv
}

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then make_environment; fi

# --- Python packages, once per state of the lock file -----------------------------------------------------------------
hash_of() { .venv/bin/python -c 'import hashlib, sys
print(hashlib.sha256(b"".join(open(name, "rb").read() for name in sys.argv[1:])).hexdigest())' "$@"; }

install_packages() { # $1 lock file, then the purposes it serves
  local lock=$1 state purpose
  shift
  state=$(hash_of requirements.lock requirements-dev.lock pyproject.toml)
  if [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$state" ]; then return; fi
  say "installing the Python packages of $lock"
  if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$lock" ||
    ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; then
    say "pip could not install the packages of $lock; its message is above. Check the network or the package index, then run this again." >&2
    exit 1
  fi
  for purpose; do echo "$state" >".venv/.installed-$purpose"; done
}

case $purpose in
test) install_packages requirements-dev.lock test run ;; # holds all of requirements.lock
run) install_packages requirements.lock run ;;
esac

# --- Libraries and tools ---------------------------------------------------------------------------------------------
library() { .venv/bin/python -c 'import ctypes.util, sys; sys.exit(ctypes.util.find_library(sys.argv[1]) is None)' "$1"; }
font_for() { have fc-list && [ -n "$(fc-list "$1" 2>/dev/null)" ]; }
browser() {
  local name
  for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do if have "$name"; then return; fi; done
  for name in "${PLAYWRIGHT_BROWSERS_PATH:-}" "$HOME/.cache/ms-playwright" "$HOME/Library/Caches/ms-playwright"; do
    if [ -n "$name" ] && [ -n "$(find "$name" -maxdepth 1 -name 'chromium*' 2>/dev/null)" ]; then return; fi
  done
  return 1
}

missing=() reasons=()
need() { missing+=("$1"); reasons+=("$1 ($2)"); }
joined() { local text; text=$(printf '%s, ' "$@"); printf '%s' "${text%, }"; }

install_missing() { # $1 installer function, $2 the command to tell people
  if [ ${#missing[@]} = 0 ]; then return; fi
  say "missing on this system: $(joined "${reasons[@]}")"
  if "$1" "${missing[@]}"; then
    say "installed ${missing[*]}"
    return
  fi
  # One package may be unknown to this release: take the others.
  local package failed=""
  for package in "${missing[@]}"; do
    if [ ${#missing[@]} -gt 1 ] && "$1" "$package" >/dev/null 2>&1; then say "installed $package"; else failed="$failed $package"; fi
  done
  if [ -n "$failed" ]; then
    say "could not be installed from here; everything else works meanwhile. Please run: $2$failed"
  fi
}

brew_install() { have brew && HOMEBREW_NO_AUTO_UPDATE=1 brew install --quiet "$@"; }

case $(uname -s) in
Linux)
  library pango-1.0 || need libpango-1.0-0 "lays out the text of PDF reports"
  library pangoft2-1.0 || need libpangoft2-1.0-0 "finds fonts for PDF reports"
  library harfbuzz-subset || need libharfbuzz-subset0 "makes Chinese PDFs small and quick"
  have fc-list || need fontconfig "lists the fonts for PDF reports"
  font_for :lang=zh || need fonts-noto-cjk "Chinese, Japanese and Korean letters in PDF reports"
  font_for "Noto Sans" || need fonts-noto-core "Latin, Greek and Cyrillic letters in PDF reports"
  if [ "$purpose" = test ]; then
    have pdftotext || need poppler-utils "tests read PDF reports with pdftotext"
    have qpdf || need qpdf "tests check PDF reports with it"
    library ical || need libical3 "tests read calendars with it"
    have redis-server || need redis-server "tests run background work through one of their own"
    # Ubuntu's chromium package only points to a snap, which does not run in tests.
    if ! browser && ! grep -qi '^ID=ubuntu' /etc/os-release 2>/dev/null; then need chromium "the browser tests drive it"; fi
  fi
  if have apt-get; then
    install_missing apt_install "sudo apt-get install"
  elif [ ${#missing[@]} -gt 0 ]; then
    say "this is no Debian or Ubuntu; please install what these packages hold there: $(joined "${reasons[@]}")"
  fi
  ;;
Darwin)
  library pango-1.0 || [ -e /opt/homebrew/lib/libpango-1.0.dylib ] || [ -e /usr/local/lib/libpango-1.0.dylib ] ||
    need pango "lays out the text of PDF reports"
  if [ "$purpose" = test ]; then
    have pdftotext || need poppler "tests read PDF reports with pdftotext"
    have qpdf || need qpdf "tests check PDF reports with it"
  fi
  install_missing brew_install "brew install"
  ;;
*) say "system libraries are installed on Linux and macOS only; 'iurc-events doctor' tells what is missing" ;;
esac

if [ "$purpose" = test ] && ! browser; then
  say "no Chromium was found, fetching the one of Playwright for the browser tests"
  if ! .venv/bin/python -m playwright install chromium >/dev/null 2>&1; then
    say "Chromium could not be fetched: the browser tests are left out until 'chromium' is on the PATH or CHROMIUM names it."
  fi
fi
