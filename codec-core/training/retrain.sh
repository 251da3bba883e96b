#!/bin/bash
# Retrains and exports the model of the codec: data, training, integer export, weights of the in-loop
# filter, golden bitstream.
#
#   retrain.sh [CLIPS_FOLDER]        default ../../../shared/clips, with train/ and INDEX.tsv inside
#
# env: STEPS   training steps of each network (default 20000; the schedule ends there)
#      WORK    folder for data, virtual environment and checkpoints (default .work here)
#      THREADS torch threads of each run (default 1)
#
# Every step is resumed where it stopped. A checkpoint that is committed here (checkpoints/*.pt) is
# where training starts, unless WORK has its own already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
clips=$(readlink -f "${1:-$here/../../../shared/clips}")
work=${WORK:-$here/.work}
steps=${STEPS:-20000}
mkdir -p "$work/data"

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q -r "$here/requirements.txt"
fi
[ -f "$here/../dist/assets/kernels.wasm" ] || (cd "$here/.." && npm run build)
node "$here/prepare.mjs" "$clips/train" "$work/data"

cd "$here"
export KMP_BLOCKTIME=0
for kind in key predicted; do
  [ -f "$work/$kind.pt" ] || cp "checkpoints/$kind.pt" "$work/$kind.pt" 2>/dev/null || true
  "$work/venv/bin/python" -u -m inntrain.train "$kind" --data "$work/data" \
    --index "$clips/INDEX.tsv" --out "$work/$kind.pt" --steps "$steps" --threads "${THREADS:-1}"
done
"$work/venv/bin/python" -m inntrain.export --key "$work/key.pt" --predicted "$work/predicted.pt" \
  --out ../models --checkpoints checkpoints
(cd .. && npm run build)
node filterSamples.mjs "$clips/train" "$work/filter.bin"
"$work/venv/bin/python" -m inntrain.filter "$work/filter.bin" \
  ../src/kernels/assembly/filter/weights.ts
cd .. && npm run build && UPDATE_GOLDEN=1 npx vitest run golden
