#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder: Python, torch and the other packages.
set -euo pipefail
cd "${AUTOGRADER_ROOT:-/autograder}/source"
torch_index="$(cat torch_index.txt)"  # empty: the index that pip knows, whose torch may bring gigabytes of CUDA

python=""
for name in python3.13 python3.12 python3.11 python3; do
  if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python="$name"
    break
  fi
done
if [ -z "$python" ]; then
  apt-get update
  for version in 3.13 3.12 3.11; do
    if apt-get install -y "python$version" "python$version-venv"; then
      python="python$version"
      break
    fi
  done
fi
if [ -z "$python" ]; then
  echo "No Python 3.11 or newer was found: choose a newer base image on the page Configure Autograder." >&2
  exit 1
fi

"$python" -m venv venv
venv/bin/python -m pip install --no-cache-dir ${torch_index:+--index-url "$torch_index"} -r torch.txt
venv/bin/python -m pip install --no-cache-dir -r requirements.txt
chmod -R go-rwx torchgrade/grader/_course # the solutions and the hidden tests
PYTHONPATH=torchgrade venv/bin/python -m grader doctor
PYTHONPATH=torchgrade venv/bin/python -m grader list >/dev/null
