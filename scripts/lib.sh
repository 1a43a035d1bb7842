# SPDX-License-Identifier: Apache-2.0
# Set-up that every script shares. Source it; it leaves the shell in the repository root.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 69; }

# need_swift: says how to get Swift when it is missing.
need_swift() {
  if ! command -v swift >/dev/null; then
    for place in /opt/swift/usr/bin "$HOME/.local/share/swiftly/bin"; do
      [ -x "$place/swift" ] && export PATH="$place:$PATH"
    done
  fi
  command -v swift >/dev/null || die "Swift 6.2 or newer is not installed. Get it from https://www.swift.org/install/linux/
       (Debian 12: download the toolchain, unpack it to /opt/swift, put /opt/swift/usr/bin on PATH), then run this again."
}

# need PACKAGE...: installs the Debian packages that are missing, without asking.
need() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these Debian packages are missing: ${missing[*]}. Install them as root, then run this again."
    sudo="sudo"
  fi
  say "Installing ${missing[*]}"
  # A broker installed for tests must not start as a service of this machine.
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

build_packages=(pkg-config git libmodbus-dev libmosquitto-dev libsqlite3-dev zlib1g-dev)

# build PRODUCT...: builds products in release; the layers of the manifest are enforced.
swift_flags=(-c release --explicit-target-dependency-import-check error)
build() {
  for product in "$@"; do
    say "Building $product (the first time takes a few minutes)"
    swift build "${swift_flags[@]}" --product "$product"
  done
}

# What the tests' and benchmarks' Python peers and oracles need.
test_requirements=(pymodbus==3.11.4 pyserial==3.5 numpy==2.4.6 scipy==1.17.1 jsonschema==4.26.0 onnx==1.23.2 onnxruntime==1.32.0)

# venv NAME REQUIREMENT...: a Python environment under .venv-NAME, made once for this list of requirements.
venv() {
  local name=$1; shift
  need python3 python3-venv
  local place=".venv-$name"
  if [ "$(cat "$place/.made-for" 2>/dev/null)" != "$*" ]; then
    say "Making the Python environment $place ($*)"
    rm -rf "$place"
    python3 -m venv "$place"
    "$place/bin/pip" install -q --disable-pip-version-check "$@"
    echo "$*" > "$place/.made-for"
  fi
}
