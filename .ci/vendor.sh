#!/usr/bin/env bash
# Fill static/vendor from npm, in the versions of .ci/vendor/package-lock.json, with their licences.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp .ci/vendor/package.json .ci/vendor/package-lock.json "$folder"
npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent
source="$folder/node_modules/zxing-wasm"
target=static/vendor/zxing-wasm
mkdir -p "$target"
cp "$source/dist/iife/reader/index.js" "$target/zxing-reader.js"
cp "$source/dist/reader/zxing_reader.wasm" "$source/LICENSE" "$target/"
echo "static/vendor is filled"
