"""Writes the ONNX graph of all-MiniLM-L6-v2 from its safetensors weights.

    minilm_to_onnx.py MODEL_DIR OUT.onnx

MODEL_DIR holds `config.json` and `model.safetensors` in the BERT layout. The graph takes `input_ids`,
`attention_mask` and `token_type_ids` (int64, batch x sequence) and gives `last_hidden_state` (float32, batch x
sequence x hidden): pooling and normalising are the caller's. Written with the onnx helpers alone, because exporting
it the usual way would pull in a gigabyte of PyTorch.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

OPSET = 17  # the first with LayerNormalization
IR_VERSION = 8  # what belongs to that opset


class Graph:
    """Nodes and constants of a graph under construction; every method gives the name of a tensor."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes = []
        self.constants = {}

    def op(self, kind, *inputs, **attributes):
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name, value, dtype):
        if name not in self.constants:
            array = np.ascontiguousarray(np.asarray(value, dtype=dtype))
            self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def ints(self, *values):
        return self.constant("ints_" + "_".join(map(str, values)), values, np.int64)

    def scalar(self, name, value):
        return self.constant(name, value, np.float32)

    def weight(self, name):
        return self.constant(name, self.weights[name], np.float32)

    def linear(self, x, prefix):
        # Stored transposed already, so that the runtime need not do it at every call.
        matrix = self.constant(f"{prefix}.weight.T", self.weights[f"{prefix}.weight"].T, np.float32)
        return self.op("Add", self.op("MatMul", x, matrix), self.weight(f"{prefix}.bias"))

    def layer_norm(self, x, prefix, epsilon):
        scale, bias = self.weight(f"{prefix}.weight"), self.weight(f"{prefix}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)

    def gelu(self, x):
        """The exact one, x/2 * (1 + erf(x/sqrt 2)); the usual tanh form would move the vectors."""
        erf = self.op("Erf", self.op("Mul", x, self.scalar("sqrt_half", math.sqrt(0.5))))
        half = self.op("Mul", x, self.scalar("half", 0.5))
        return self.op("Mul", half, self.op("Add", erf, self.scalar("one", 1.0)))


def embeddings(g, epsilon):
    words = g.op("Gather", g.weight("embeddings.word_embeddings.weight"), "input_ids")
    types = g.op("Gather", g.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
    length = g.op("Slice", g.op("Shape", "input_ids"), g.ints(1), g.ints(2), g.ints(0))
    positions = g.op("Slice", g.weight("embeddings.position_embeddings.weight"), g.ints(0), length, g.ints(0))
    total = g.op("Add", g.op("Add", words, types), positions)
    return g.layer_norm(total, "embeddings.LayerNorm", epsilon)


def attention_bias(g):
    """0 where there is a token, a large negative number where there is padding; batch x 1 x 1 x sequence."""
    mask = g.op("Cast", g.op("Unsqueeze", "attention_mask", g.ints(1, 2)), to=TensorProto.FLOAT)
    absent = g.op("Sub", g.scalar("one", 1.0), mask)
    return g.op("Mul", absent, g.scalar("minus_infinity", -1e9))


def layer(g, x, bias, index, config):
    heads, hidden = config["num_attention_heads"], config["hidden_size"]
    size = hidden // heads
    prefix, epsilon = f"encoder.layer.{index}", config["layer_norm_eps"]

    def split_heads(name, order):
        projected = g.linear(x, f"{prefix}.attention.self.{name}")
        return g.op("Transpose", g.op("Reshape", projected, g.ints(0, 0, heads, size)), perm=order)

    query = split_heads("query", [0, 2, 1, 3])
    key = split_heads("key", [0, 2, 3, 1])
    value = split_heads("value", [0, 2, 1, 3])
    scores = g.op("Mul", g.op("MatMul", query, key), g.scalar("attention_scale", 1 / math.sqrt(size)))
    shares = g.op("Softmax", g.op("Add", scores, bias), axis=-1)
    context = g.op("Transpose", g.op("MatMul", shares, value), perm=[0, 2, 1, 3])
    context = g.op("Reshape", context, g.ints(0, 0, hidden))

    attended = g.op("Add", g.linear(context, f"{prefix}.attention.output.dense"), x)
    attended = g.layer_norm(attended, f"{prefix}.attention.output.LayerNorm", epsilon)
    widened = g.gelu(g.linear(attended, f"{prefix}.intermediate.dense"))
    output = g.op("Add", g.linear(widened, f"{prefix}.output.dense"), attended)
    return g.layer_norm(output, f"{prefix}.output.LayerNorm", epsilon)


def build(config, weights):
    g = Graph(weights)
    x = embeddings(g, config["layer_norm_eps"])
    bias = attention_bias(g)
    for index in range(config["num_hidden_layers"]):
        x = layer(g, x, bias, index, config)
    g.nodes[-1].output[0] = "last_hidden_state"

    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", config["hidden_size"]]
    )
    graph = helper.make_graph(g.nodes, "all-minilm-l6-v2", inputs, [output], list(g.constants.values()))
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="kuma")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: minilm_to_onnx.py MODEL_DIR OUT.onnx")
    directory, out = Path(sys.argv[1]), sys.argv[2]
    config = json.loads((directory / "config.json").read_text())
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        sys.exit(f"{directory} is not a BERT model with GELU: this script writes no other graph")
    model = build(config, load_file(directory / "model.safetensors"))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, out)


if __name__ == "__main__":
    main()
