#!/bin/bash
# Retrains and exports the model of the codec: data, training of both networks side by side, integer export,
# golden bitstream. On two processor cores it takes an hour and a half.
#
#   retrain.sh [CLIPS_FOLDER]        default ../../../shared/clips, with train/ and INDEX.tsv inside
#
# env: DEVICE  cpu or cuda (default cpu); sets the defaults of the next four
#      STEPS   training steps of the predicted network (3300, cuda 4000), where the schedule ends; the key
#              network, whose steps are shorter, takes more in proportion
#      BATCH   sequences of a step (8, cuda 60); key frames twice as many
#      LENGTH  frames of a sequence (6, cuda 8)
#      RATE    learning rate at its highest (5e-4, cuda 1.5e-3)
#      FILTER  1: solve the weights of the in-loop filter anew for these networks, too (see README.md)
#      WORK    folder for data, virtual environment and checkpoints (default .work here)
#      THREADS torch threads of each run (default 1)
#
# Every step is resumed where it stopped. Training starts from the committed checkpoints (checkpoints/*.pt);
# without them from nothing, which takes STEPS=20000 or more.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
clips=$(readlink -f "${1:-$here/../../../shared/clips}")
work=${WORK:-$here/.work}
export DEVICE=${DEVICE:-cpu}
if [ "$DEVICE" = cuda ]; then
  steps=4000 key_steps=16000 batch=60 length=8 rate=1.5e-3
else
  steps=3300 key_steps=4600 batch=8 length=6 rate=5e-4
fi
key_steps=$((${STEPS:-$steps} * key_steps / steps))
steps=${STEPS:-$steps}
batch=${BATCH:-$batch}
mkdir -p "$work/data"

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q -r "$here/requirements.txt"
fi
[ -f "$here/../dist/assets/kernels.wasm" ] || (cd "$here/.." && npm run build)
node "$here/prepare.mjs" "$clips/train" "$work/data"

cd "$here"
export KMP_BLOCKTIME=0
train() { # KIND STEPS BATCH
  local start=()
  [ -f "checkpoints/$1.pt" ] && start=(--start "checkpoints/$1.pt" --integer-from 0 --mask-from 0.1)
  "$work/venv/bin/python" -u -m inntrain.train "$1" --data "$work/data" \
    --index "$clips/INDEX.tsv" --out "$work/$1.pt" "${start[@]}" --steps "$2" --batch "$3" \
    --length "${LENGTH:-$length}" --rate "${RATE:-$rate}" --threads "${THREADS:-1}"
}
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
train key "$key_steps" $((2 * batch)) &
key_run=$!
train predicted "$steps" "$batch" &
wait $!
wait "$key_run"
export DEVICE=cpu
"$work/venv/bin/python" -m inntrain.export --key "$work/key.pt" --predicted "$work/predicted.pt" \
  --out ../models --checkpoints checkpoints
(cd .. && npm run build)
if [ "${FILTER:-0}" = 1 ]; then
  node filterSamples.mjs "$clips/train" "$work/filter.bin"
  "$work/venv/bin/python" -m inntrain.filter "$work/filter.bin" \
    ../src/kernels/assembly/filter/weights.ts
fi
cd .. && npm run build && UPDATE_GOLDEN=1 npx vitest run golden
