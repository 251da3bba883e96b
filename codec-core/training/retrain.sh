#!/bin/bash
# Retrains and exports the model of the codec: data, training, integer export, weights of the in-loop
# filter, golden bitstream.
#
#   retrain.sh [CLIPS_FOLDER]        default ../../../shared/clips, with train/ and INDEX.tsv inside
#
# env: STEPS   training steps of the predicted network (default 4000; the schedule ends there); the key
#              network, whose steps are short, takes four times as many
#      BATCH   sequences of a step (default 60); key frames twice as many
#      RATE    learning rate at its highest (default 1.5e-3; 5e-4 for batches as small as a processor can take)
#      DEVICE  cpu or cuda (default cpu: days)
#      WORK    folder for data, virtual environment and checkpoints (default .work here)
#      THREADS torch threads of each run (default 1)
#
# Every step is resumed where it stopped. Training starts from the committed checkpoints (checkpoints/*.pt);
# without them from nothing, which takes STEPS=20000 BATCH=8 or more.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
clips=$(readlink -f "${1:-$here/../../../shared/clips}")
work=${WORK:-$here/.work}
steps=${STEPS:-4000}
export DEVICE=${DEVICE:-cpu}
mkdir -p "$work/data"

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q -r "$here/requirements.txt"
fi
[ -f "$here/../dist/assets/kernels.wasm" ] || (cd "$here/.." && npm run build)
node "$here/prepare.mjs" "$clips/train" "$work/data"

cd "$here"
export KMP_BLOCKTIME=0
batch=${BATCH:-60}
for kind in key predicted; do
  start=()
  [ -f "checkpoints/$kind.pt" ] && start=(--start "checkpoints/$kind.pt" --integer-from 0 --mask-from 0.1)
  size=(--steps "$steps" --batch "$batch")
  [ $kind = key ] && size=(--steps $((4 * steps)) --batch $((2 * batch)))
  "$work/venv/bin/python" -u -m inntrain.train "$kind" --data "$work/data" \
    --index "$clips/INDEX.tsv" --out "$work/$kind.pt" "${start[@]}" "${size[@]}" \
    --rate "${RATE:-1.5e-3}" --threads "${THREADS:-1}"
done
export DEVICE=cpu
"$work/venv/bin/python" -m inntrain.export --key "$work/key.pt" --predicted "$work/predicted.pt" \
  --out ../models --checkpoints checkpoints
(cd .. && npm run build)
node filterSamples.mjs "$clips/train" "$work/filter.bin"
"$work/venv/bin/python" -m inntrain.filter "$work/filter.bin" \
  ../src/kernels/assembly/filter/weights.ts
cd .. && npm run build && UPDATE_GOLDEN=1 npx vitest run golden
