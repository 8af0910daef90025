"""Count what the k-bounded searches do as k grows: flat below √m, linear above.

The text and the pattern have period 1 up to breaks, as many as k allows, over letters chosen to be as hard as they
can be for a rule that counts each letter pair by pair or by a transform: each has about √(m log m) breaks, so that its
pairs cost as much as a transform. Operations are counted, not timed; they depend on nothing but the seed.
Writes benchmarks/k-mismatch-operations.json and .png.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from porism import registry

M = 1 << 16
N = 2 * M
SOLVERS = ("gawrychowski-uznanski", "chan-jin-williams-xu-k", "amir-lewenstein-porat", "kangaroo")
BOUNDS = [1 << e for e in range(3, 15)]
HERE = Path(__file__).resolve().parent


def instance(k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A text and a pattern of one letter with breaks: about k/3 in the pattern and in each window of the text."""
    rng = np.random.default_rng([seed, k])
    n_letters = max(1, round(k / (2.2 * math.sqrt(M * math.log2(M)))))
    strings = []
    for length in (N, M):
        string = np.zeros(length, dtype=np.uint32)
        count = max(1, k * length // (3 * M))
        string[rng.choice(length, size=count, replace=False)] = 1 + rng.integers(0, n_letters, size=count)
        strings.append(string)
    return strings[0], strings[1]


def slope(xs: list[int], ys: list[int]) -> dict[str, float]:
    """The exponent of a power law through the points, with its standard error."""
    (a, _), covariance = np.polyfit(np.log(xs), np.log(ys), 1, cov="unscaled")
    residual = np.log(ys) - np.polyval(np.polyfit(np.log(xs), np.log(ys), 1), np.log(xs))
    variance = float(residual @ residual) / max(1, len(xs) - 2)
    return {"exponent": round(float(a), 3), "error": round(math.sqrt(float(covariance[0, 0]) * variance), 3)}


def main() -> None:
    """Count, fit, write, draw."""
    root = int(math.sqrt(M))
    rows: list[dict[str, Any]] = []
    for k in BOUNDS:
        text, pattern = instance(k, seed=0)
        reference = None
        for name in SOLVERS:
            if name == "kangaroo" and k > 512:
                continue  # nk jumps: it shows what is to be beaten, not a limit
            options = {"rng": 0} if "rng" in registry.get(name).signature.parameters else {}
            result = registry.get(name)(text, pattern, k, **options)
            reference = result.positions if reference is None else reference
            assert np.array_equal(result.positions, reference), f"{name} disagrees at k={k}"
            counted = {op: result.operations[op] for op in ("jumps", "increments", "butterflies", "estimating")}
            sparse = counted["increments"] + counted["butterflies"] - counted["estimating"] + counted["jumps"]
            rows.append(
                {
                    "solver": name,
                    "k": k,
                    "hits": len(result),
                    **counted,
                    "packed": result.operations["packed"],
                    "total": sparse + counted["estimating"],
                    "after_estimating": sparse,
                    "periodic_windows": result.branch_counts["periodic"],
                }
            )
            print(rows[-1], flush=True)
    fits = {}
    for name in SOLVERS:
        for quantity in ("total", "after_estimating"):
            for part, chosen in (("k<=sqrt(m)", lambda k: k <= root), ("k>=4sqrt(m)", lambda k: k >= 4 * root)):
                points = [(row["k"], row[quantity]) for row in rows if row["solver"] == name and chosen(row["k"])]
                if len(points) > 2:
                    fits[f"{name} {quantity} {part}"] = slope(*map(list, zip(*points, strict=True)))
    record = {
        "command": "python benchmarks/k_mismatch_operations.py",
        "what": f"operations of the k-bounded searches, m = {M}, n = {N}, period 1 up to k/3 breaks, hard letters",
        "rows": rows,
        "exponents": fits,
    }
    (HERE / "k-mismatch-operations.json").write_text(json.dumps(record, indent=1) + "\n")
    print(json.dumps(fits, indent=1))
    draw(rows)


def draw(rows: list[dict[str, Any]]) -> None:
    """Operations over k, both axes logarithmic."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    for colour, name in enumerate(SOLVERS):
        own = [row for row in rows if row["solver"] == name]
        ks = [row["k"] for row in own]
        axes.loglog(ks, [row["total"] / N for row in own], "o-", color=f"C{colour}", label=name)
        if any(row["estimating"] for row in own):
            axes.loglog(
                ks,
                [row["after_estimating"] / N for row in own],
                ".--",
                color=f"C{colour}",
                label=f"{name}, after estimating",
            )
    axes.axvline(math.sqrt(M), color="grey", linewidth=0.8)
    axes.text(math.sqrt(M), axes.get_ylim()[1], " √m", va="top", color="grey")
    axes.set_xlabel("k")
    axes.set_ylabel("operations per symbol of the text")
    axes.set_title(f"m = {M}, a period of 1 up to k/3 breaks")
    axes.legend(fontsize="small")
    figure.savefig(HERE / "k-mismatch-operations.png", dpi=130)


if __name__ == "__main__":
    if sys.argv[1:] == ["draw"]:
        draw(json.loads((HERE / "k-mismatch-operations.json").read_text())["rows"])
    else:
        main()
