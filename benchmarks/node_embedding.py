"""The headline tables of `node-embedding` that `porism bench node-embedding` does not make.

``python benchmarks/node_embedding.py speed`` (about two minutes) takes FastRP beside scikit-network's random projection
and scikit-learn's randomized SVD on two kinds of graph. ``… digits`` (a minute) classifies handwritten digits from a
tenth of the labels, every solver with the regularisation that cross-validation in the training set chooses.
``… blogcatalog PATH`` (four minutes) is the authors' experiment, for those who have the file. Each part is written to
`node-embedding.json` when it is done. A million vertices, and gensim's DeepWalk, are workloads of the harness:
``porism bench node-embedding --heavy``.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np
from turns import times

from porism.bench import stream_bandwidth
from porism.kernels import isa
from porism_graphs import deepwalk, fastrp, node2vec, prone, randne, randomized_svd
from porism_graphs.node_embedding import bench as jobs
from porism_graphs.node_embedding._graphs import preferential
from porism_graphs.node_embedding.blogcatalog import benchmark_blogcatalog, multilabel_scores
from porism_graphs.node_embedding.example import digits_graph

HERE = Path(__file__).resolve().parent
RECORD = HERE / "node-embedding.json"
DIM = 128
POWERS = 4


def speed() -> dict[str, Any]:
    """Seconds by the number of vertices, with ten edges for each; how far from the limit; labels found again."""
    found: dict[str, Any] = {}
    bandwidth = {threads: stream_bandwidth(threads) for threads in (1, 2)}
    for n in (10_000, 100_000):
        task = jobs.make(n, 0)
        graphs = {"blocks": task.args[0], "preferential": preferential(n, 10, 0)}
        for name, A in graphs.items():
            calls: dict[str, Any] = {
                "fastrp, 1 thread": lambda A=A: fastrp(A, DIM, rng=0),
                "fastrp, 2 threads": lambda A=A: fastrp(A, DIM, rng=0, n_jobs=2),
            }
            here = jobs.Task(args=(A, DIM), options={"rng": 0}, facts=task.facts)
            calls["scikit-network RandomProjection"] = jobs.sknetwork_start()(here)
            least = times(calls, 15.0)
            calls["scikit-learn randomized_svd"] = jobs.sklearn_start(here)
            started = time.perf_counter()  # once: it takes hundreds of times as long
            calls["scikit-learn randomized_svd"]()
            least["scikit-learn randomized_svd"] = time.perf_counter() - started
            gathered = (POWERS - 1) * A.nnz * 4.0 * DIM
            entry: dict[str, Any] = {"entries": int(A.nnz), "seconds": least}
            entry["gigabytes gathered"] = gathered / 1e9
            entry["seconds at the bandwidth of memory"] = {str(t): gathered / bandwidth[t] for t in (1, 2)}
            if name == "blocks":
                entry["found again"] = {label: jobs.found_again(task, call()) for label, call in calls.items()}
            found[f"{name}, n = {n}"] = entry
            print(json.dumps({f"{name}, n = {n}": entry}, indent=1), flush=True)
    return found


def digits() -> dict[str, Any]:
    """Of the digits' graph: the share of labels that are named rightly from a tenth of them, and the seconds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedShuffleSplit

    A, labels = digits_graph()
    found = {}
    for solver in (fastrp, randomized_svd, prone, randne, deepwalk, node2vec):
        started = time.perf_counter()
        vectors = solver(A, DIM, rng=0).vectors
        seconds = time.perf_counter() - started
        scores = []
        for train, test in StratifiedShuffleSplit(5, train_size=0.1, random_state=0).split(vectors, labels):
            search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [1e-3, 1e-2, 0.1, 1.0, 10.0]}, cv=3)
            scores.append(search.fit(vectors[train], labels[train]).score(vectors[test], labels[test]))
        found[solver.name] = {"seconds": seconds, "right": float(np.mean(scores))}
        print(solver.name, found[solver.name], flush=True)
    return found


def blogcatalog(path: str) -> dict[str, Any]:
    """FastRP as published, un-normalised as in the notebook's timing, and baselines from a tenth of the labels."""
    from scipy.io import loadmat

    found: dict[str, Any] = {"fastrp": benchmark_blogcatalog(path)}
    print(json.dumps(found, indent=1), flush=True)
    data = loadmat(path)
    A, labels = data["network"], data["group"]
    plain = {"weights": (1.0, 1.0, 7.81, 45.28), "beta": -0.628, "normalize": False}
    for name, solver, dim, options, C in (
        ("fastrp, powers not normalised", fastrp, 512, plain, 1.0),
        ("randne", randne, 512, {}, 0.1),
        ("prone", prone, 128, {}, 0.1),
        ("randomized-svd", randomized_svd, 128, {}, 0.1),
    ):
        started = time.perf_counter()
        vectors = solver(A, dim, rng=0, **options).vectors
        seconds = time.perf_counter() - started
        micro, macro = multilabel_scores(vectors, labels, 0.1, C=C, shuffles=3)
        found[name] = {"dim": dim, "C": C, "seconds": seconds, "shown": 0.1, "micro": micro, "macro": macro}
        print(name, found[name], flush=True)
    return found


def main() -> None:
    """Make one part, and put it into the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("speed", "digits", "blogcatalog"))
    parser.add_argument("path", nargs="?", help="of blogcatalog.mat")
    given = parser.parse_args()
    if given.part == "blogcatalog" and given.path is None:
        parser.error("blogcatalog needs the path of blogcatalog.mat")
    made = {
        "speed": speed,
        "digits": digits,
        "blogcatalog": lambda: blogcatalog(given.path),
    }[given.part]()
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    record["machine"] = {"processor": platform.processor() or platform.machine(), "isa": isa()}
    record[given.part] = {**record.get(given.part, {}), **made}
    RECORD.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
