#!/usr/bin/env bash
# Runs once when the container is made: the CPU build of torch, `grade`, and a course folder of one's own in `course`.
set -euo pipefail
venv="${1:-$HOME/torchgrade}"
python3 -m venv "$venv"
"$venv/bin/python" -m pip install uv
export VIRTUAL_ENV="$venv"
"$venv/bin/uv" pip install --torch-backend cpu -c constraints.txt torch ".[notebook]" # plain pip would fetch gigabytes of CUDA
if [ ! -e course ]; then
  "$venv/bin/grade" init course
fi
"$venv/bin/grade" doctor
