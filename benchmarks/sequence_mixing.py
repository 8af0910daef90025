"""Mixing sequences: what attention, Monarch Mixer and matrices written out cost by length, and what the layer learns.

``python benchmarks/sequence_mixing.py`` writes ``sequence_mixing.json`` beside itself.

- ``growth``: seconds, peak memory and products by length, one sequence of 64 channels on one thread: exact attention,
  the gated long convolution (plain, and in random bases of polynomials), and the same by matrices written out, with
  exponents fitted to the longest four lengths.
- ``parameters``: of a dimension mixer of BERT's base size, dense and of four blocks.
- ``crossover``: a Monarch matrix of square blocks beside the dense product, n = 256 … 16384.
- ``digits`` (needs torch): the classifier on scikit-learn's digits, row by row and pixel by pixel.
- ``text`` (needs torch): causal layers and layers of attention of as many parameters on the text of Python's manual, by
  character: perplexity on the last tenth.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import json
import math
import platform
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import turns

from porism_transforms import (
    CausalBasis,
    MonarchMatrix,
    attention_matrix,
    monarch_mixer,
    softmax_attention,
    toeplitz_direct,
)
from porism_transforms.structured_matvec import bench

HERE = Path(__file__).parent
CHANNELS = 64
LENGTHS = (256, 512, 1024, 2048, 4096, 8192, 16_384)


def least(call: Any, seconds: float = 1.0) -> float:
    """The least of a few times of a call."""
    best, started = np.inf, time.perf_counter()
    for turn in range(20):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
        if turn >= 2 and time.perf_counter() - started > seconds:
            break
    return float(best)


def peak(call: Any) -> int:
    """Bytes that NumPy asks for during a call, at most."""
    tracemalloc.start()
    call()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def exponent(lengths: list[int], values: list[float]) -> float:
    """Of the power that fits the longest four."""
    return float(np.polyfit(np.log(lengths[-4:]), np.log(values[-4:]), 1)[0])


def products(name: str, length: int) -> float:
    """Multiplications of the sequence mixer alone, by formula, projections left out: of pairs, or of transforms."""
    if name.startswith("attention"):
        return CHANNELS * length**2  # two products of L x L by channels, half of which causality spares
    if name.startswith("written out"):
        return CHANNELS * length**2 / 2
    b = CausalBasis.holding(length)
    fourier = 3 * 2 * 4 * b**3  # three transforms of b² points as two factors of b blocks b x b, complex
    bases = 3 * 2 * b**3 if "bases" in name else 0
    return float(CHANNELS * (fourier + bases))


def growth() -> dict[str, Any]:
    """One sequence at a time."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for length in LENGTHS:
        rng = np.random.default_rng(0)
        u = rng.standard_normal((1, length, CHANNELS))
        q, k, v = (rng.standard_normal((1, length, CHANNELS)) for _ in range(3))
        kernel = rng.standard_normal((CHANNELS, length)) * np.exp(-np.arange(length) / (0.3 * length))
        b = CausalBasis.holding(length)
        bases = tuple(CausalBasis.random(b, rng=i) for i in range(3))
        calls = {
            "attention, four heads": lambda q=q, k=k, v=v: softmax_attention(q, k, v, n_heads=4),
            "monarch-mixer": lambda u=u, kernel=kernel: monarch_mixer(u, kernel),
            "monarch-mixer in bases": lambda u=u, kernel=kernel, bases=bases: monarch_mixer(u, kernel, bases=bases),
        }
        if length <= 4096:
            calls["attention, matrix of weights"] = lambda q=q, k=k, v=v: attention_matrix(q, k, v, n_heads=4)
        if length <= 2048:
            calls["written out"] = lambda u=u, kernel=kernel: toeplitz_direct(u, kernel)
        for name, call in calls.items():
            row = {
                "length": length,
                "seconds": least(call),
                "peak_bytes": peak(call),
                "products": products(name, length),
            }
            rows.setdefault(name, []).append(row)
            print(name, row, flush=True)
    fitted = {
        name: {
            what: exponent([row["length"] for row in found], [row[what] for row in found])
            for what in ("seconds", "peak_bytes", "products")
        }
        for name, found in rows.items()
    }
    print(fitted, flush=True)
    return {"channels": CHANNELS, "rows": rows, "exponents": fitted}


def parameters() -> dict[str, Any]:
    """768 → 3072 → 768."""
    dense = 2 * 768 * 3072
    up, down = MonarchMatrix(np.zeros((4, 768, 192))), MonarchMatrix(np.zeros((4, 192, 768)))
    blocks = up.n_params + down.n_params
    found = {"dense": dense, "four blocks": blocks, "ratio": dense / blocks}
    print(found, flush=True)
    return found


def crossover() -> list[dict[str, Any]]:
    """Single precision, in turns."""
    rows = []
    for batch in (1, 64):
        for n in (256, 1024, 4096, 16_384):
            task = bench.maker(batch)(n, 0)
            first, second, X = task.args
            matrix = MonarchMatrix(first, second)
            calls = {"monarch": lambda m=matrix, X=X: m.apply(X), "stacks": bench.matmul_start(task)}
            calls["dense"] = bench.dense_start(task)
            found = turns.times(calls, 2.0)
            operations = {"dense": n * n, "monarch": matrix.n_params}
            ratio = {name: found[name] / found["monarch"] for name in ("dense", "stacks")}
            rows.append({"n": n, "batch": batch, "seconds": found, "products": operations, "times_as_long": ratio})
            print(rows[-1], flush=True)
    return rows


def digits() -> list[dict[str, Any]]:
    """Three tenths held out."""
    import torch
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    from porism_transforms.sklearn import MonarchMixerClassifier

    torch.set_num_threads(1)
    X, y = load_digits(return_X_y=True)
    train, test, known, asked = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
    linear = LogisticRegression(max_iter=2000).fit(train / 16, known)
    rows: list[dict[str, Any]] = [{"model": "logistic regression", "accuracy": linear.score(test / 16, asked)}]
    for channels, options in ((8, {"max_iter": 20}), (8, {"max_iter": 20, "causal": True}), (1, {"max_iter": 10})):
        started = time.process_time()
        model = MonarchMixerClassifier(n_channels=channels, random_state=0, **options).fit(train, known)
        seconds = time.process_time() - started
        row = {"model": "MonarchMixerClassifier", "n_channels": channels, **options, "n_params": model.n_params_}
        rows.append({**row, "accuracy": model.score(test, asked), "seconds": seconds})
        print(rows[-1], flush=True)
    return rows


def text() -> dict[str, Any]:
    """Python's own manual, which comes with it, character by character, windows of 128."""
    from pydoc_data.topics import topics

    import torch

    from porism_transforms import MixerParams
    from porism_transforms.monarch_mixer_layer.torch import MonarchMixerLayer

    torch.set_num_threads(1)
    corpus = "\n".join(topics[name] for name in sorted(topics))
    letters = sorted(set(corpus))
    codes = np.array([letters.index(c) for c in corpus])
    cut = int(0.9 * len(codes))
    dim, window, steps, batch = 48, 128, int(os.environ.get("STEPS", "3000")), 16

    class Attention(torch.nn.Module):
        """Pre-normalised causal attention with four heads and an MLP; as wide inside as makes parameters equal."""

        def __init__(self, inner: int) -> None:
            super().__init__()
            self.norm, self.norm2 = torch.nn.LayerNorm(dim), torch.nn.LayerNorm(dim)
            self.into, self.out = torch.nn.Linear(dim, 3 * dim), torch.nn.Linear(dim, dim)
            self.up, self.down = torch.nn.Linear(dim, 2 * inner), torch.nn.Linear(inner, dim)

        def forward(self, x: Any) -> Any:
            q, k, v = (
                a.reshape(*x.shape[:2], 4, dim // 4).transpose(1, 2) for a in self.into(self.norm(x)).split(dim, 2)
            )
            heard = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(heard.transpose(1, 2).reshape(x.shape))
            gate, value = self.up(self.norm2(x)).chunk(2, 2)
            return x + self.down(torch.nn.functional.gelu(gate) * value)

    class Model(torch.nn.Module):
        def __init__(self, layers: list[Any]) -> None:
            super().__init__()
            self.letters = torch.nn.Embedding(len(letters), dim)
            self.places = torch.nn.Parameter(0.02 * torch.randn(window, dim))
            self.layers = torch.nn.ModuleList(layers)
            self.norm, self.head = torch.nn.LayerNorm(dim), torch.nn.Linear(dim, len(letters))

        def forward(self, x: Any) -> Any:
            h = self.letters(x) + self.places
            for layer in self.layers:
                h = layer(h)
            return self.head(self.norm(h))

    def mixer(seed: int) -> Any:
        return MonarchMixerLayer(MixerParams.random(dim, window, residual=True, expansion=2, rng=seed))

    def count(module: Any) -> int:
        return sum(p.numel() for p in module.parameters())

    wanted = count(mixer(0))
    inner = max(8, round((wanted - count(Attention(0))) / (3 * dim + 2)))
    found: dict[str, Any] = {"characters": len(codes), "letters": len(letters), "steps": steps, "window": window}
    for name in ("monarch-mixer", "attention"):
        for seed in (0, 1):
            torch.manual_seed(seed)
            rng = np.random.default_rng(seed)
            layers = [mixer(10 * seed + i) if name == "monarch-mixer" else Attention(inner) for i in range(2)]
            model = Model(layers)
            optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
            started = time.process_time()

            def loss_of(starts: Any, model: Any = model) -> Any:
                windows = torch.tensor(np.stack([codes[s : s + window + 1] for s in starts]))
                logits = model(windows[:, :-1])
                return torch.nn.functional.cross_entropy(logits.reshape(-1, len(letters)), windows[:, 1:].reshape(-1))

            for step in range(steps):
                rate = min(1, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / steps))
                for group in optimizer.param_groups:
                    group["lr"] = 3e-3 * rate
                loss = loss_of(rng.integers(0, cut - window - 1, batch))
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
            with torch.no_grad():
                held = float(loss_of(range(cut, len(codes) - window - 1, window)))
            row = {
                "seed": seed,
                "n_params": count(model),
                "perplexity": math.exp(held),
                "trained": math.exp(loss.item()),
            }
            found.setdefault(name, []).append({**row, "seconds": time.process_time() - started})
            print(name, found[name][-1], flush=True)
    means = [float(np.mean([row["perplexity"] for row in found[name]])) for name in ("monarch-mixer", "attention")]
    found["ratio of mean perplexities"] = means[0] / means[1]
    print(found["ratio of mean perplexities"], flush=True)
    return found


PARTS = {"growth": growth, "parameters": parameters, "crossover": crossover, "digits": digits, "text": text}


def main() -> int:
    """Measure everything, or the parts that are named, and record it."""
    path = HERE / "sequence_mixing.json"
    record: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    record.update(command="python benchmarks/sequence_mixing.py", machine={"python": platform.python_version()})
    for part in sys.argv[1:] or PARTS:
        record[part] = PARTS[part]()
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
