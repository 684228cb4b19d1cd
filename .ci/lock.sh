#!/usr/bin/env bash
# Write requirements.lock and requirements-dev.lock from pyproject.toml, for every platform and Python from 3.11 on.
# The versions at hand are kept unless UPGRADE=1; no package index is named in the files.
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/setup.sh run
if [ ! -x .venv/bin/uv ]; then .venv/bin/python -m pip install --quiet uv; fi
compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url \
    ${UPGRADE:+--upgrade} "$@"
}
compile pyproject.toml --group dev --extra s3 --output-file requirements-dev.lock
compile pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock
