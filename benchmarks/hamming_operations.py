"""Count what Abrahamson's method and packed counting do as the pattern grows, on strings that are hard for the former.

The text is twice as long as the pattern, of √(m / ln m) letters that are all alike: each letter then costs Abrahamson's
method as much scattered as transformed. Operations are counted, not timed; they depend on nothing but the seed.
Beside the method's own threshold stand its extremes: every letter transformed, every letter scattered.
Writes benchmarks/hamming-operations.json and .png, in about a minute.
"""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from porism.problems.hamming_distances import abrahamson, bit_sliced, chan_jin_williams_xu

LOGS = range(12, 21)
SOLVERS = {
    "abrahamson": abrahamson,
    "abrahamson, all transformed": partial(abrahamson, threshold=0),
    "abrahamson, all scattered": partial(abrahamson, threshold=1e18),
    "chan-jin-williams-xu": chan_jin_williams_xu,
}
CHECKED = 16
"""Up to patterns of 2 to this power, distances are compared with those of bit planes."""
HERE = Path(__file__).resolve().parent


def slope(logs: list[int], counts: list[float]) -> dict[str, float]:
    """The exponent of a power law through the points, with its standard error."""
    coefficients = np.polyfit(logs, np.log2(counts), 1)
    residual = np.log2(counts) - np.polyval(coefficients, logs)
    spread = float(((np.array(logs) - np.mean(logs)) ** 2).sum())
    error = math.sqrt(float(residual @ residual) / max(1, len(logs) - 2) / spread)
    return {"exponent": round(float(coefficients[0]), 3), "error": round(error, 3)}


def main() -> None:
    """Count, fit, write, draw."""
    rows: list[dict[str, Any]] = []
    for log in LOGS:
        m = 1 << log
        sigma = round(math.sqrt(m / math.log(m)))
        rng = np.random.default_rng(log)
        text, pattern = (rng.integers(0, sigma, length).astype(np.uint16) for length in (2 * m, m))
        right = bit_sliced(text, pattern).distances if log <= CHECKED else None
        for name, solver in SOLVERS.items():
            if name.endswith("all transformed") and log > 18:
                continue  # minutes
            result = solver(text, pattern)
            assert right is None or np.array_equal(result.distances, right), f"{name} disagrees at m=2^{log}"
            counted = {op: result.operations.get(op, 0) for op in ("increments", "butterflies", "packed", "recursions")}
            kernels = {step.kernel: step.n_letters for step in result.kernel_plan}
            total = counted["increments"] + counted["butterflies"]
            rows.append(
                {"solver": name, "log2_m": log, "letters": sigma, "kernels": kernels, **counted, "total": total}
            )
            print(rows[-1], flush=True)

    def of(name: str) -> dict[int, int]:
        return {row["log2_m"]: row["total"] for row in rows if row["solver"] == name}

    fits = {name: slope(list(of(name)), list(map(float, of(name).values()))) for name in SOLVERS}
    old, new = of("abrahamson"), of("chan-jin-williams-xu")
    ratios = {str(log): round(old[log] / new[log], 3) for log in LOGS}
    record = {
        "command": "python benchmarks/hamming_operations.py",
        "what": "increments and butterflies, n = 2m, round(sqrt(m / ln m)) letters that are all alike",
        "rows": rows,
        "exponents": fits,
        "abrahamson_over_packed": ratios,
        "trend_of_the_ratio": slope(list(LOGS), [old[log] / new[log] for log in LOGS]),
    }
    (HERE / "hamming-operations.json").write_text(json.dumps(record, indent=1) + "\n")
    print(json.dumps({"exponents": fits, "ratios": ratios, "trend": record["trend_of_the_ratio"]}, indent=1))
    draw(rows)


def draw(rows: list[dict[str, Any]]) -> None:
    """Operations for each symbol of the text and √m of the pattern, over m."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for name in SOLVERS:
        own = [row for row in rows if row["solver"] == name]
        ms = [1 << row["log2_m"] for row in own]
        scaled = [row["total"] / (2 * m * math.sqrt(m)) for row, m in zip(own, ms, strict=True)]
        axes.loglog(ms, scaled, "o-", base=2, label=name)
    axes.set_xlabel("pattern length m")
    axes.set_ylabel("operations / n√m")
    axes.set_title("Increments and butterflies on the hardest alphabet for Abrahamson's method, n = 2m")
    axes.legend(fontsize="small", frameon=False)
    figure.savefig(HERE / "hamming-operations.png", dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
