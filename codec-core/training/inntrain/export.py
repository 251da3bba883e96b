"""Write the committed model: one small ONNX file per stage and kind, and manifest.json.

`python -m inntrain.export --key key.pt --predicted predicted.pt --out ../models --checkpoints
checkpoints`; the last also keeps the averaged weights in floating point, to train on from.

Two kinds of every stage hold the same integers:
- `integer`: MatMulIntegerToFloat (u8 x u8 -> fp32) and QuantizeLinear, for the CPU providers. Weights
  are stored plus 128: with signed ones onnxruntime's AVX2 kernel saturates 16-bit pair sums.
- `float`: fp32 MatMul of the same integers, for WebGPU.
All scales are powers of two and all sums stay below 2**24, so no operation rounds but the last one
of a layer, and both kinds give the same bits on every device.
"""

import argparse
import hashlib
import json
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from .layers import GRID, STATE, RowLinear, Spatial, bias_exponent, integer_weight
from .networks import (
    ADJACENT,
    KEY_FIELD_INPUTS,
    STATE_CHANNELS,
    KeyNet,
    PredictedNet,
    SecondPass,
    read_checkpoint,
)
from .points import KNOTS
from .transform import GROUP_SIZES, GROUPS

ORDER = [channel for group in GROUPS for channel in group]
"""Channel order of a row at run time (group by group) in terms of training channels."""


class Stage:
    """Builder of one stage's graph in one of the two kinds."""

    def __init__(self, name: str, kind: str):
        self.name = name
        self.kind = kind
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, [], []

    def constant(self, name, array):
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def op(self, kind, inputs, attributes=None, domain=""):
        out = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], domain=domain, **(attributes or {})))
        return out

    def input(self, name, width, dtype=TensorProto.UINT8, rows="n"):
        shape = [width] if rows is None else ([rows] if width is None else [rows, width])
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        if self.kind == "float" and dtype == TensorProto.UINT8:
            return self.op("Cast", [name], {"to": TensorProto.FLOAT})
        return name

    def output(self, name, value, width, dtype=TensorProto.UINT8):
        if self.kind == "float":
            self.nodes.append(helper.make_node("Cast", [value], [name], to=dtype))
        else:
            self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, dtype, [f"rows_{name}", width]))

    def linear(self, layer: RowLinear, name, value, signed=None, columns=None, order=None, part=None, grid=GRID, low=0):
        """One layer and its rounding.

        signed: input columns holding v = (u8 - 128) / 32; columns: input permutation; order: output
        permutation; part: outputs used; grid: output integer = round(grid * z); low: -128 for s8.
        """
        weight, k = integer_weight(layer.weight.data)
        e = bias_exponent(k)
        bias = torch.round(layer.bias.data * GRID * torch.exp2(e)) / torch.exp2(e) / GRID
        if order is not None:
            weight, k, bias = weight[order], k[order], bias[:, order]
        if part is not None:
            weight, k, bias = weight[part], k[part], bias[:, part]
        if columns is not None:
            weight = weight[:, columns]
        scale = torch.exp2(-k) * grid / GRID
        bias = bias * grid
        if signed is not None:
            bias = bias - 128 * weight[:, signed].sum(1) * scale
        matrix = weight.t().double().numpy()
        bias_name = self.constant(f"{name}.bias", bias.numpy().astype(np.float32))
        if len(bias) > 1:
            bias_name = self.op("MatMul", ["knots", bias_name])
        else:
            bias_name = self.constant(f"{name}.bias0", bias[0].numpy().astype(np.float32))
            del self.constants[f"{name}.bias"]
        scale_name = self.constant(f"{name}.scale", scale.numpy().astype(np.float32))
        if self.kind == "integer":
            self.constant("one", np.float32(1))
            self.constant("input_zero", np.uint8(0))
            self.constant("weight_zero", np.uint8(128))
            zero = self.constant("zero_s8", np.int8(0)) if low else self.constant("zero_u8", np.uint8(0))
            weight_name = self.constant(f"{name}.weight", (matrix + 128).astype(np.uint8))
            z = self.op(
                "MatMulIntegerToFloat",
                [value, weight_name, "one", scale_name, "input_zero", "weight_zero", bias_name],
                domain="com.microsoft",
            )
            return self.op("QuantizeLinear", [z, "one", zero])
        stored = self.constant(f"{name}.weight", matrix.astype(np.int8))
        weight_name = self.op("Cast", [stored], {"to": TensorProto.FLOAT})
        z = self.op("MatMul", [value, weight_name])
        z = self.op("Add", [self.op("Mul", [z, scale_name]), bias_name])
        limits = [self.constant(f"low{low}", np.float32(low)), self.constant(f"high{low}", np.float32(255 + low))]
        return self.op("Clip", [self.op("Round", [z]), *limits])

    def concat(self, values):
        return values[0] if len(values) == 1 else self.op("Concat", values, {"axis": 1})

    def spatial(self, layer: Spatial, name, value, rows=None):
        s = self.linear(layer.digest, f"{name}.digest", value)
        empty = np.zeros((1, Spatial.DIGEST), np.uint8 if self.kind == "integer" else np.float32)
        s = self.op("Concat", [s, self.constant("absent", empty)], {"axis": 0})
        around = self.op("Gather", [s, "neighbours"], {"axis": 0})
        shape = self.constant("flat", np.array([-1, 8 * Spatial.DIGEST], np.int64))
        around = self.op("Reshape", [around, shape])
        own = value if rows is None else self.op("Gather", [value, rows], {"axis": 0})
        return self.linear(layer.mix, f"{name}.mix", self.concat([own, around]))

    def second_pass(self, layer: SecondPass, field, context, rows, size):
        n = layer.digest.weight.shape[1] - size
        s = self.linear(layer.digest, "digest", self.concat([field, context]), signed=signed_tail(n, size))
        empty = np.zeros((1, SecondPass.DIGEST), np.uint8 if self.kind == "integer" else np.float32)
        s = self.op("Concat", [s, self.constant("absent", empty)], {"axis": 0})
        chosen = self.constant("adjacent", ADJACENT.numpy().astype(np.int32))
        near = self.op("Gather", ["neighbours", chosen], {"axis": 1})
        around = self.op("Gather", [s, near], {"axis": 0})
        shape = self.constant("flat", np.array([-1, len(ADJACENT) * SecondPass.DIGEST], np.int64))
        around = self.op("Reshape", [around, shape])
        own = self.op("Gather", [field, rows], {"axis": 0})
        t = self.linear(layer.mix, "mix", self.concat([own, around]))
        self.code_head(layer.head, "head", t, size)

    def place(self, rows="n"):
        self.input("knots", KNOTS, TensorProto.FLOAT, rows=None)
        self.input("neighbours", 8, TensorProto.INT32, rows=rows)

    def code_head(self, head, name, value, size):
        mean = self.linear(head.out, f"{name}.mean", value, part=slice(0, size), low=-128)
        scale = self.linear(head.out, f"{name}.scale", value, part=slice(size, 2 * size))
        self.output("mean", mean, size, TensorProto.INT8)
        self.output("scale", scale, size)

    def bytes(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, list(self.constants.values()))
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="inncall")
        model.ir_version = 8
        return model.SerializeToString()


def signed_tail(first, count):
    return list(range(first, first + count))


def predicted_stages(net: PredictedNet, kind: str):
    n = net.enter.weight.shape[0]
    for g, size in enumerate(GROUP_SIZES):
        stage = Stage(f"predicted.group{g}" if g else "predicted.field", kind)
        if g:
            field, context = stage.input("field", n), stage.input("context", GROUP_SIZES[g - 1])
            signed = signed_tail(n, GROUP_SIZES[g - 1])
            f = stage.linear(net.context[g - 1], "context_in", stage.concat([field, context]), signed=signed)
            f = stage.spatial(net.spatial[g - 1], "spatial", f)
        else:
            base, state = stage.input("base", 96), stage.input("state", STATE_CHANNELS)
            columns = ORDER + list(range(96, 96 + STATE_CHANNELS))
            f = stage.linear(net.enter, "enter", stage.concat([base, state]), signed=signed_tail(0, 96), columns=columns)
            for i, layer in enumerate(net.body):
                f = stage.spatial(layer, f"body{i}", f)
            stage.output("gate", stage.linear(net.gate, "gate", f, order=ORDER), 96)
        stage.place()
        rows = stage.input("rows", None, TensorProto.INT32, rows="m")
        stage.code_head(net.heads[g], "head", stage.op("Gather", [f, rows], {"axis": 0}), size)
        stage.output("field_out", f, n)
        yield stage
        stage = Stage(f"predicted.group{g}b", kind)
        field, context = stage.input("field", n), stage.input("context", size)
        stage.place(rows="m")
        rows = stage.input("rows", None, TensorProto.INT32, rows="m")
        stage.second_pass(net.second[g], field, context, rows, size)
        yield stage
    yield refine_stage("predicted.refine", net.refine, n, kind)


def refine_stage(name, refine, n, kind):
    stage = Stage(name, kind)
    field, seen = stage.input("field", n), stage.input("seen", 96)
    stage.place()
    columns = list(range(n)) + [n + c for c in ORDER]
    t = stage.linear(refine.enter, "enter", stage.concat([field, seen]), signed=signed_tail(n, 96), columns=columns)
    for i, layer in enumerate(refine.body):
        t = stage.spatial(layer, f"body{i}", t)
    correction = stage.linear(refine.out, "out", t, order=ORDER, grid=128, low=-128)
    stage.output("correction", correction, 96, TensorProto.INT8)
    if refine.state is not None:
        stage.output("state_out", stage.linear(refine.state, "state", t), STATE_CHANNELS)
    return stage


def key_stages(net: KeyNet, kind: str):
    n = net.enter.weight.shape[0]
    stage = Stage("key.field", kind)
    x = stage.input("field", KEY_FIELD_INPUTS)
    stage.place()
    f = stage.linear(net.enter, "enter", x, signed=signed_tail(0, KEY_FIELD_INPUTS))
    for i, layer in enumerate(net.body):
        f = stage.spatial(layer, f"body{i}", f)
    stage.output("field_out", f, n)
    yield stage
    previous = 0
    for g in range(1, 4):
        for p, context_size in enumerate((previous, GROUP_SIZES[g])):
            j = 2 * (g - 1) + p
            stage = Stage(f"key.group{g}{'ab'[p]}", kind)
            parts = [stage.input("field", n)]
            if context_size:
                parts.append(stage.input("context", context_size))
            stage.place(rows="m")
            rows = stage.input("rows", None, TensorProto.INT32, rows="m")
            f = stage.linear(net.context[j], "context_in", stage.concat(parts), signed=signed_tail(n, context_size))
            t = stage.spatial(net.spatial[j], "spatial", f, rows)
            stage.code_head(net.heads[j], "head", t, GROUP_SIZES[g])
            stage.output("field_out", f, n)
            yield stage
        previous = GROUP_SIZES[g]
    yield refine_stage("key.refine", net.refine, n, kind)


def load(kind: str, path: str):
    net = KeyNet() if kind == "key" else PredictedNet()
    saved = read_checkpoint(path)
    net.load_state_dict(saved["average"])
    return net.eval(), saved["step"]


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", required=True)
    parser.add_argument("--predicted", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--checkpoints", required=True)
    args = parser.parse_args()
    STATE["integer"] = True
    nets = {k: load(k, getattr(args, k)) for k in ("key", "predicted")}
    builders = {"key": key_stages, "predicted": predicted_stages}
    digest = hashlib.sha256()
    stages = []
    for kind in ("integer", "float"):
        os.makedirs(os.path.join(args.out, kind), exist_ok=True)
        for name, (net, _) in nets.items():
            for stage in builders[name](net, kind):
                data = stage.bytes()
                if kind == "integer":
                    digest.update(data)
                    stages.append(stage.name)
                with open(os.path.join(args.out, kind, stage.name + ".onnx"), "wb") as f:
                    f.write(data)
    manifest = {
        "modelId": int.from_bytes(digest.digest()[:4], "little"),
        "sha256": digest.hexdigest(),
        "fieldChannels": {k: net.enter.weight.shape[0] for k, (net, _) in nets.items()},
        "trainingSteps": {k: step for k, (_, step) in nets.items()},
        "stages": stages,
    }
    os.makedirs(args.checkpoints, exist_ok=True)
    for kind, (net, step) in nets.items():
        kept = {"kind": kind, "average": net.state_dict(), "step": step}
        torch.save(kept, os.path.join(args.checkpoints, f"{kind}.pt"))
    with open(os.path.join(args.out, "manifest.json"), "w") as f:
        json.dump(manifest, f, indent=2)
        f.write("\n")


if __name__ == "__main__":
    main()
