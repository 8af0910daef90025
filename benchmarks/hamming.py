"""How good the planner of `hamming-distances` is: `auto` beside every kernel by force, over a grid; and a map of both.

Run ``python benchmarks/hamming.py`` alone on the machine (about three minutes): it writes `hamming-planner.json`, and
`hamming-planner.png` among the images of the documentation.
"""

from __future__ import annotations

import json
import platform
import sys
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from turns import times

from porism.kernels import isa
from porism.problems.hamming_distances import auto, bit_sliced, byte_simd, per_letter_fft, scatter

mpl.use("Agg")

import matplotlib.pyplot as plt

HERE = Path(__file__).resolve().parent
SIZES = (1 << 16, 1 << 20)
LENGTHS = (4, 16, 64, 256, 1024, 4096, 16_384, 65_536)
ALPHABETS = (2, 4, 20, 100, 256, 2000, 20_000)
KERNELS = {"byte-simd": byte_simd, "bit-sliced": bit_sliced, "scatter": scatter, "per-letter-fft": per_letter_fft}
COLOURS = {"byte-simd": "tab:blue", "bit-sliced": "tab:green", "scatter": "tab:orange", "fft": "tab:red"}
LIMIT = 256 * 3.7e9
"""Comparisons a second: 512 shifts in two cycles of 3.7 GHz."""


def too_slow(kernel: str, n: int, m: int, sigma: int) -> bool:
    """Kernels that would take many times as long as others are not tried."""
    pairs = (n - m + 1) * m
    return {
        "byte-simd": pairs / 6e10,
        "bit-sliced": pairs / (4e11 if sigma <= 256 else 1e11),
        "scatter": pairs / sigma / 4e8,
        "per-letter-fft": min(sigma, m) * n * 5e-9,
    }[kernel] > 0.25


def main() -> None:
    """Measure, write, draw."""
    rng = np.random.default_rng(0)
    cells: list[dict[str, Any]] = []
    for n in SIZES:
        for sigma in ALPHABETS:
            dtype = np.uint8 if sigma <= 256 else np.uint16
            text: npt.NDArray[Any] = rng.integers(0, sigma, n).astype(dtype)
            for m in LENGTHS:
                if m > n // 2:
                    continue
                pattern = rng.integers(0, sigma, m).astype(dtype)
                chosen = {k: s for k, s in KERNELS.items() if not too_slow(k, n, m, sigma)}
                out = np.zeros(n - m + 1, dtype=np.int32)
                solvers = {"auto": auto, **chosen}
                calls = {name: partial(solver, text, pattern, out=out) for name, solver in solvers.items()}
                least = times(calls, 0.35)
                plan = {step.kernel: step.n_positions / m for step in auto(text, pattern).kernel_plan}
                best = min(chosen, key=lambda name: least[name])
                cell = {
                    "n": n, "m": m, "sigma": sigma, "seconds": least, "plan": plan, "best": best,
                    "ratio": least["auto"] / least[best], "limit_ratio": least["auto"] / ((n - m + 1) * m / LIMIT),
                }  # fmt: skip
                cells.append(cell)
                print(
                    f"n=2^{n.bit_length() - 1} sigma={sigma:6} m={m:6}: auto {least['auto'] * 1e3:9.3f} ms "
                    f"({', '.join(plan)}), best {best} {least[best] * 1e3:9.3f} ms, ratio {cell['ratio']:.2f}, "
                    f"{cell['limit_ratio']:.1f} times the limit of bit planes"
                )
    worst = max(cells, key=lambda cell: cell["ratio"])
    record = {
        "command": "python benchmarks/hamming.py", "isa": isa(), "machine": platform.processor() or platform.machine(),
        "python": sys.version.split()[0], "numpy": np.__version__, "worst_ratio": worst["ratio"], "cells": cells,
    }  # fmt: skip
    (HERE / "hamming-planner.json").write_text(json.dumps(record, indent=1) + "\n")
    print(f"worst ratio {worst['ratio']:.2f} at n={worst['n']} m={worst['m']} sigma={worst['sigma']}")
    draw(cells)


def draw(cells: list[dict[str, Any]]) -> None:
    """The map for the longer text: the kernel that counts most positions, and how far from the best one by force."""
    shown = [cell for cell in cells if cell["n"] == SIZES[-1]]
    figure, axes = plt.subplots(figsize=(8, 4.6), layout="constrained")
    for cell in shown:
        x, y = LENGTHS.index(cell["m"]), ALPHABETS.index(cell["sigma"])
        main = max(cell["plan"], key=cell["plan"].get)
        axes.add_patch(plt.Rectangle((x - 0.5, y - 0.5), 1, 1, color=COLOURS[main], alpha=0.55, linewidth=0))
        rate = (cell["n"] - cell["m"] + 1) * cell["m"] / cell["seconds"]["auto"] / 1e9
        axes.text(x, y, f"{rate:.0f}", ha="center", va="center", fontsize=8)
    axes.set_xlim(-0.5, len(LENGTHS) - 0.5)
    axes.set_ylim(-0.5, len(ALPHABETS) - 0.5)
    axes.set_xticks(range(len(LENGTHS)), [str(m) for m in LENGTHS])
    axes.set_yticks(range(len(ALPHABETS)), [str(sigma) for sigma in ALPHABETS])
    axes.set_xlabel("pattern length m")
    axes.set_ylabel("letters, all alike")
    axes.set_title("What the planner takes, and 10⁹ comparisons a second (one thread, text of 2^20)")
    handles = [plt.Rectangle((0, 0), 1, 1, color=colour, alpha=0.55) for colour in COLOURS.values()]
    figure.legend(handles, list(COLOURS), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(HERE.parent / "docs" / "images" / "hamming-planner.png", dpi=110)


if __name__ == "__main__":
    if sys.argv[1:] == ["draw"]:
        draw(json.loads((HERE / "hamming-planner.json").read_text())["cells"])
    else:
        main()
