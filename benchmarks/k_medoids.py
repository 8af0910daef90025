"""What the workloads of `porism bench k-medoids` do not show: proven optima, large data, BanditPAM, speed-ups by k.

Run it with ``python benchmarks/k_medoids.py WHAT [FOLDER]``; it prints the figures and records them in
``benchmarks/k-medoids-WHAT.json``. WHAT is one of

``orlib FOLDER``
    The p-median instances pmed1.txt … pmed20.txt of the OR-Library (Beasley 1985) in FOLDER, whose optima are proven:
    who finds them, and in how much time. Distances are integers, which the peer is given as float32 in Fortran order,
    its fastest form.
``torus``
    Chess-board instances with exponentially many isolated local optima and a known optimum.
``speedup``
    The papers' headline: SWAP of PAM against FastPAM1 and FasterPAM, from the same start, by k.
``large``
    100 000 and 1 000 000 rows without a matrix, each in a process of its own, and the loss against full FasterPAM
    where both run.
``banditpam``
    Handwritten digits and 10 000 rows beside the package `banditpam`, which must be installed.
``targets [WORKLOAD …]``
    Not a record of its own, but all records of `porism bench` that the speed of this family is judged by, or those of
    the workloads named, one process each, so that none of them inherits the memory of another. It takes about half an
    hour and 10 GB, and wants a machine with nothing else to do.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from porism.bench._machine import machine_facts
from porism.problems.k_medoids import fasterclara, fasterpam, fastpam1, onebatchpam, pam
from porism.problems.k_medoids.bench import blobs32, digits, distances

OPTIMA = (5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255, 7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809,
          2845, 1789)  # fmt: skip

RESTARTS, SEEDS = 50, 10


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one call, and what it returned."""
    started = time.perf_counter()
    value = call()
    return time.perf_counter() - started, value


# -- proven optima -----------------------------------------------------------------------------------------------------


def pmed(path: Path) -> tuple[np.ndarray, int]:
    """All-pairs shortest paths of an OR-Library network, int64, and p."""
    from scipy.sparse.csgraph import floyd_warshall

    numbers = np.array(path.read_text().split(), dtype=np.int64)
    n, n_edges, p = numbers[:3]
    costs = np.full((n, n), np.inf)
    for i, j, cost in numbers[3 : 3 + 3 * n_edges].reshape(-1, 3):
        costs[i - 1, j - 1] = costs[j - 1, i - 1] = cost  # where an edge is listed twice, the last counts
    np.fill_diagonal(costs, 0)
    return floyd_warshall(costs).astype(np.int64), int(p)


def of_the_peer(D: np.ndarray, starts: list[Any], **options: Any) -> list[float]:
    """Losses of `kmedoids.fasterpam` from each of `starts`, k or medoids, in its best form."""
    import kmedoids

    F = np.asfortranarray(D.astype(np.float32))
    return [kmedoids.fasterpam(F, start, max_iter=1000, n_cpu=1, **options).loss for start in starts]


def restarts_of_the_peer(D: np.ndarray, k: int, n: int) -> list[float]:
    """Its losses from random starts of its own, with seeds 0 … n-1."""
    return [of_the_peer(D, [k], random_state=seed)[0] for seed in range(n)]


def iterated_search(D: np.ndarray, k: int, rounds: int, seed: int) -> Any:
    """FasterPAM with that many rounds of perturbation."""
    return fasterpam(D, k, metric="precomputed", max_iter=1000, n_perturb=rounds, rng=seed, n_jobs=1)


def against_optimum(name: str, D: np.ndarray, k: int, optimum: float) -> dict[str, Any]:
    """Restarts of both, and the iterated search in no more time than the peer's restarts take."""
    peer_seconds, peer = timed(lambda: restarts_of_the_peer(D, k, RESTARTS))
    options = {"metric": "precomputed", "max_iter": 1000, "n_jobs": 1}
    own_seconds, own = timed(lambda: [fasterpam(D, k, rng=seed, **options).loss for seed in range(SEEDS)])
    starts = [np.random.default_rng(seed).choice(len(D), k, replace=False) for seed in range(SEEDS)]
    same = [fasterpam(D, k, init=start, order="input", **options).loss for start in starts]
    # As many rounds as fit the peer's time, from what a few of them take here.
    few, _ = timed(lambda: iterated_search(D, k, 20, SEEDS))
    rounds = max(1, int(0.6 * peer_seconds / few * 20))
    seconds, found = timed(lambda: iterated_search(D, k, rounds, 0))
    row = {
        "instance": name,
        "n": len(D),
        "k": k,
        "optimum": optimum,
        f"fasterpam, best of {SEEDS}": min(own),
        f"kmedoids, best of {SEEDS}": min(peer[:SEEDS]),
        f"kmedoids, best of {RESTARTS}": min(peer),
        f"fasterpam, best of {SEEDS} given starts": min(same),
        f"kmedoids, best of {SEEDS} given starts": min(of_the_peer(D, starts)),
        "iterated": found.loss,
        "rounds": rounds,
        f"seconds of {SEEDS} fasterpam": own_seconds,
        f"seconds of {RESTARTS} kmedoids": peer_seconds,
        "seconds of iterated": seconds,
    }
    print({key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}, flush=True)
    return row


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How often each found the optimum, and how often within the peer's time."""
    ours, theirs = f"fasterpam, best of {SEEDS}", f"kmedoids, best of {SEEDS}"
    in_time = [row["seconds of iterated"] <= row[f"seconds of {RESTARTS} kmedoids"] for row in rows]
    return {
        "optima found by iterated search": sum(row["iterated"] == row["optimum"] for row in rows),
        "of them in no more time than the peer's restarts": sum(
            row["iterated"] == row["optimum"] and fits for row, fits in zip(rows, in_time, strict=True)
        ),
        f"optima found by {ours}": sum(row[ours] == row["optimum"] for row in rows),
        f"optima found by {theirs}": sum(row[theirs] == row["optimum"] for row in rows),
        f"optima found by kmedoids, best of {RESTARTS}": sum(
            row[f"kmedoids, best of {RESTARTS}"] == row["optimum"] for row in rows
        ),
        f"{ours} no worse than {theirs}, each from its own starts": sum(row[ours] <= row[theirs] for row in rows),
        f"{ours} no worse than {theirs}, from the same starts": sum(
            row[f"{ours} given starts"] <= row[f"{theirs} given starts"] for row in rows
        ),
        "instances": len(rows),
    }


def orlib(folder: str) -> dict[str, Any]:
    """The twenty smaller p-median instances."""
    rows = []
    for i, optimum in enumerate(OPTIMA, 1):
        D, k = pmed(Path(folder) / f"pmed{i}.txt")
        rows.append(against_optimum(f"pmed{i}", D, k, optimum))
    return {"summary": summary(rows), "rows": rows}


def board(t: int, seed: int) -> tuple[np.ndarray, int, int]:
    """A torus of 3t × 3t fields, t² medoids: 0 … 4 to the fields around, far to all others. Costs, k, and the optimum.

    t² medoids reach all fields only if their 3 × 3 squares tile the torus, and squares tile it in strips, along rows or
    columns, each shifted by itself: the best shift of each strip gives the optimum. Tilings have little to do with one
    another; who has begun to build one of them must give up a whole strip for another.
    """
    r = 3 * t
    n, far = r * r, 1000
    rng = np.random.default_rng(seed)
    at = np.arange(n)
    D = np.full((n, n), far, dtype=np.int64)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            there = (at // r + down) % r * r + (at % r + right) % r
            D[at, there] = rng.integers(1, 5, n) if (down or right) else 0
    D = np.minimum(D, D.T)
    around = np.array([(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)])
    square = np.array([D[(m // r + around[:, 0]) % r * r + (m % r + around[:, 1]) % r, m].sum() for m in at]).reshape(
        r, r
    )
    # A strip is a row of middles; shifted by 0, 1 or 2, it takes every third of them.
    strips = [
        np.array([middles[:, shift::3].sum(axis=1) for shift in range(3)]).min(axis=0) for middles in (square, square.T)
    ]
    return D, t * t, int(min(strip[first::3].sum() for strip in strips for first in range(3)))


def torus() -> dict[str, Any]:
    """Boards of several sizes."""
    rows = [against_optimum(f"torus {3 * t} × {3 * t}", *board(t, t)) for t in (4, 6, 8, 12)]
    return {"summary": summary(rows), "rows": rows}


# -- speed-ups by k ----------------------------------------------------------------------------------------------------


def speedup() -> dict[str, Any]:
    """The first 1000 digits, float64, random starts: seconds, losses, and ratios to PAM."""
    D = distances(digits(1000, 0), np.float64)
    rows = []
    for k in (2, 5, 10, 20, 50, 100, 200):
        start = np.random.default_rng(k).choice(len(D), k, replace=False)
        options = {"metric": "precomputed", "init": start, "order": "input", "max_iter": 100_000, "n_jobs": 1}
        row: dict[str, Any] = {"k": k}
        for solver, repeats in ((pam, 1), (fastpam1, 3), (fasterpam, 9)):
            found = [timed(lambda call=(solver, D, k, options): call[0](*call[1:3], **call[3])) for _ in range(repeats)]
            seconds, results = zip(*found, strict=True)
            row[solver.name] = {
                "seconds": float(np.median(seconds)),
                "loss": results[0].loss,
                "swaps": results[0].n_swap,
                "passes": results[0].n_iter,
            }
        for name in ("fastpam1", "fasterpam"):
            row[f"pam / {name}"] = row["pam"]["seconds"] / row[name]["seconds"]
        print({key: round(value, 2) for key, value in row.items() if not isinstance(value, dict)}, flush=True)
        rows.append(row)
    return {"rows": rows}


# -- large data --------------------------------------------------------------------------------------------------------

LARGE = {
    "fasterpam, no matrix": (fasterpam, {"matrix": False}),
    "onebatchpam": (onebatchpam, {"batch_size": 500}),
    "fasterclara": (fasterclara, {}),
}


def one_large(name: str, n: str, k: str) -> None:
    """Run one of LARGE on rows, and print what it came to: in a process of its own, for its peak memory."""
    solver, options = LARGE[name]
    X = blobs32(int(n), 0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, result = timed(lambda: solver(X, int(k), rng=0, n_jobs=2, **options))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {"seconds": seconds, "loss": result.loss, "passes": result.n_iter, "swaps": result.n_swap}
    print(json.dumps({**found, "peak GB": peak / 2**20, "of which the data took": before / 2**20}))


def large() -> dict[str, Any]:
    """Rows without their matrix, on two threads."""
    rows = []
    jobs = [(name, 100_000) for name in LARGE] + [(name, 1_000_000) for name in ("onebatchpam", "fasterclara")]
    for name, n in jobs:
        command = [sys.executable, __file__, "one-large", name, str(n), "50"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append({"solver": name, "n": n, "k": 50, **json.loads(done.stdout)})
        print(rows[-1], flush=True)
    X = blobs32(20_000, 0)
    full = fasterpam(X, 50, rng=0, n_jobs=2, matrix=True)
    quality = {"fasterpam": full.loss}
    for name, (solver, options) in LARGE.items():
        loss = solver(X, 50, rng=0, n_jobs=2, **options).loss
        quality[name] = {"loss": loss, "worse by": loss / full.loss - 1}
    print(quality)
    return {"rows": rows, "loss at n = 20000": quality}


# -- BanditPAM ---------------------------------------------------------------------------------------------------------


def banditpam() -> dict[str, Any]:
    """The same rows, k and metric. BanditPAM starts from BUILD and in no other way; FasterPAM in its two usual ones."""
    import banditpam as peer

    rows = []
    for name, X, k in (("digits", digits(1797, 0), 10), ("10 000 rows", blobs32(10_000, 0), 10)):
        ours = {}
        for init in ("random", "build"):
            seconds, result = timed(lambda X=X, k=k, init=init: fasterpam(X, k, init=init, rng=0, n_jobs=1))
            ours[init] = {"seconds": seconds, "loss": result.loss}
        model = peer.KMedoids(n_medoids=k, algorithm="BanditPAM", parallelize=False)
        peer_seconds, _ = timed(lambda X=X, model=model: model.fit(np.asarray(X, dtype=np.float32), "L2"))
        row = {
            "data": name,
            "n": len(X),
            "k": k,
            "fasterpam": ours["random"],
            "fasterpam from BUILD": ours["build"],
            "banditpam": {"seconds": peer_seconds, "loss": loss_of(X, np.asarray(model.medoids))},
            "ratio": peer_seconds / ours["random"]["seconds"],
            "ratio from BUILD": peer_seconds / ours["build"]["seconds"],
        }
        print(row, flush=True)
        rows.append(row)
    return {"rows": rows}


def loss_of(X: np.ndarray, medoids: np.ndarray) -> float:
    """The summed distance to the nearest of `medoids`, in double precision."""
    from scipy.spatial.distance import cdist

    return float(cdist(X.astype(float), X[medoids].astype(float)).min(axis=1).sum())


# -- all that is judged ------------------------------------------------------------------------------------------------

TARGETS = {
    "k-medoids": (
        *(f"large-{kind}-k{k}" for kind in ("f32", "f64") for k in (10, 100, 500)),
        *(f"large-rows-k{k}" for k in (10, 100)),
        "distances",
        "build",
        "blobs-k100",
        "digits",
    ),
    "medoid-silhouette": ("blobs-k10", "blobs-k50", "blobs-k100"),
    "p-median": ("square-f", "square-c"),
}
"""Workloads by problem."""

OFTEN = {"blobs-k100": 7, "digits": 7}
"""Repeats of those that are done at once; the others have three."""


def targets(*wanted: str) -> int:
    """Record every one of the targets, or those wanted; how many failed."""
    folder = Path(__file__).resolve().parent
    failed = 0
    for problem, workloads in TARGETS.items():
        for name in workloads:
            if wanted and name not in wanted:
                continue
            repeats = str(OFTEN.get(name, 3))
            arguments = [problem, "--workloads", name, "--peers", "--repeats", repeats, "--out", folder.name]
            print(" ".join(["porism bench", *arguments]), flush=True)
            command = [str(Path(sys.executable).with_name("porism")), "bench", *arguments]
            seconds, done = timed(
                lambda command=command: subprocess.run(command, check=False, cwd=folder.parent).returncode
            )
            print(f"{seconds:.0f} s, {'recorded' if done == 0 else f'failed with {done}'}", flush=True)
            failed += done != 0
    return failed


WHAT: dict[str, Callable[..., Any]] = {
    "orlib": orlib, "torus": torus, "speedup": speedup, "large": large, "banditpam": banditpam,
}  # fmt: skip


def main() -> int:
    """Measure, print, record."""
    what, *arguments = sys.argv[1:] or ["?"]
    if what == "one-large":
        one_large(*arguments)
        return 0
    if what == "targets":
        return min(1, targets(*arguments))
    if what not in WHAT or len(arguments) != (what == "orlib"):
        print(__doc__)
        return 2
    found = WHAT[what](*arguments)
    record = {
        "command": f"python benchmarks/k_medoids.py {what}" + (" FOLDER" if arguments else ""),
        "machine": asdict(machine_facts(["porism", "numpy", "kmedoids", "banditpam"])),
        **found,
    }
    if "summary" in found:
        print(json.dumps(found["summary"], indent=1))
    target = Path(__file__).parent / f"k-medoids-{what}.json"
    target.write_text(json.dumps(record, indent=1, default=str) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
