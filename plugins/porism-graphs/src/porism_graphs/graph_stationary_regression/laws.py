"""What every graph-stationary-regression solver keeps, as code."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs.graph_stationary_regression import data
from porism_graphs.graph_stationary_regression._layers import AGGREGATIONS
from porism_graphs.graph_stationary_regression._sample import GraphSample
from porism_graphs.graph_stationary_regression.problem import StationaryModel, graph_stationary_regression

__all__ = ["SUITE"]

AnySolver = Solver[..., StationaryModel]
Vector = npt.NDArray[Any]

SMALL = {"updates": 5, "n_heads": 3, "hidden": 4, "n_message_layers": 1, "decoder": (4,), "batch_graphs": 2}
"""Networks that are trained in milliseconds."""


# -- instances ---------------------------------------------------------------------------------------------------------


@st.composite
def _samples(draw: st.DrawFn, node: int, edge: int) -> GraphSample:
    """Loops, parallel edges and isolated vertices; no two features alike, so that no order is hidden."""
    n = draw(st.integers(1, 6))
    vertex = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(vertex, vertex), max_size=12))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    edge_index = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    return GraphSample(edge_index, rng.standard_normal((n, node)), rng.standard_normal((len(edges), edge)))


@st.composite
def instances(draw: st.DrawFn, level: str | None = None) -> Instance:
    """A few small graphs, targets that depend on their features, and small networks."""
    node, edge = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    graphs = draw(st.lists(_samples(node, edge), min_size=1, max_size=4))
    which = level or draw(st.sampled_from(["node", "node", "graph"]))
    targets: Any = [sample.node_feat[:, 0] * 3 + 10 for sample in graphs]
    if which == "graph":
        targets = np.array([float(target.sum()) for target in targets])
    wishes: dict[str, Any] = {
        **SMALL,
        "aggregation": draw(st.sampled_from(AGGREGATIONS)),
        "activation": draw(st.sampled_from(["leaky_relu", "silu", "tanh"])),
        "readout": draw(st.sampled_from(["mean", "sum"])),
        "gains": draw(st.sampled_from(["sigmoid", "clip", "softmax"])),
        "normalize": draw(st.sampled_from(["in-degree", "out-degree"])),
        "n_message_layers": draw(st.integers(0, 3)),
        "rng": draw(st.integers(0, 99)),
    }
    return Instance((graphs, targets), {"level": which}, wishes)


def _invalid() -> list[Invalid]:
    """One thing wrong at a time, in an otherwise valid call."""
    edges = np.array([[0, 1], [1, 0]])
    sample = GraphSample(edges, n=2)
    wide = GraphSample(edges, node_feat=np.ones((2, 3)))
    thick = GraphSample(edges, n=2, edge_feat=np.ones((2, 4)))
    y = np.array([1.0, 2.0])
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        ([], [], {}, "graphs", "none"),
        (sample, y, {}, "graphs", "single"),
        (None, [y], {}, "graphs", "None"),
        ("graphs", [y], {}, "graphs", "'graphs'"),
        ([edges], [y], {}, "graphs", "graphs[0]"),
        ([sample, wide], [y, y], {}, "graphs", "3 at graphs[1]"),
        ([sample, thick], [y, y], {}, "graphs", "4 at graphs[1]"),
        ([sample], [y, y], {}, "targets", "got 2"),
        ([sample], [y[:1]], {}, "targets[0]", "got 1"),
        ([sample], [np.array([1.0, np.nan])], {}, "targets[0]", "nan"),
        ([sample], [np.array([np.inf, 0.0])], {}, "targets[0]", "inf"),
        ([sample], [["a", "b"]], {}, "targets[0]", "<U1"),
        ([sample], [1.0], {}, "targets", "level='graph'"),
        ([sample], None, {}, "targets", "None"),
        ([sample], [y], {"level": "graph"}, "targets", "level='node'"),
        ([sample], [1.0, 2.0], {"level": "graph"}, "targets", "got 2"),
        ([sample], [np.nan], {"level": "graph"}, "targets", "nan"),
        ([sample], [y], {"level": "edge"}, "level", "'edge'"),
        ([sample], [y], {"level": None}, "level", "None"),
        ([sample], [y], {"rng": -1}, "rng", "-1"),
        ([sample], [y], {"rng": 0.5}, "rng", "0.5"),
        *[([sample], [y], {"gamma": value}, "gamma", repr(value)) for value in (0.0, 1.0, -0.5, "0.5")],
        *[([sample], [y], {"kappa": value}, "kappa", repr(value)) for value in (0.0, 1.0)],
        *[
            ([sample], [y], {name: 0}, name, "0")
            for name in ("n_heads", "hidden", "updates", "batch_graphs", "n_layers", "lr", "tol")
        ],
        *[
            ([sample], [y], {name: "most"}, name, "'most'")
            for name in ("gains", "normalize", "activation", "aggregation", "readout", "schedule", "dtype")
        ],
        ([sample], [y], {"n_message_layers": -1}, "n_message_layers", "-1"),
        ([sample], [y], {"decoder": 64}, "decoder", "64"),
        ([sample], [y], {"decoder": (64, 0)}, "decoder", "0"),
        ([sample], [y], {"encoder": "mlp"}, "encoder", "'mlp'"),
        ([sample], [y], {"progress": 3}, "progress", "3"),
        ([sample], [y], {"gammas": (0.5, 1.0)}, "gammas", "1.0"),
        ([sample], [y], {"gammas": 0.5}, "gammas", "0.5"),
    ]
    declared = graph_stationary_regression.signature.parameters
    return [
        Invalid(
            (graphs, targets),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        if "[" not in argument
        else Invalid((graphs, targets), options, argument="targets", mentions=mentions)
        for graphs, targets, options, argument, mentions in calls
    ]


SUITE = Suite(graph_stationary_regression, instances=instances(), invalid=_invalid())


# -- the laws ----------------------------------------------------------------------------------------------------------


def _flat(predicted: Any) -> Vector:
    return np.concatenate([np.atleast_1d(part) for part in predicted])


def _near(found: Vector, expected: Vector, what: str, tol: float = 1e-9) -> None:
    scale = 1 + float(np.abs(expected).max(initial=0))
    off = float(np.abs(found - expected).max(initial=0))
    assert off <= tol * scale, f"{what} is off by {off:.3g}: {found.tolist()}, expected {expected.tolist()}"


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    graphs, targets = instance.args
    model = instance.call(solver)
    predicted = model.predict(graphs)
    if instance.options["level"] == "node":
        assert isinstance(predicted, list)
        assert [part.shape for part in predicted] == [target.shape for target in targets]
    else:
        assert predicted.shape == targets.shape, f"{predicted.shape} for {targets.shape} targets"
    assert np.isfinite(_flat(predicted)).all(), f"a prediction is {_flat(predicted)}"
    assert np.isfinite(model.parameters).all(), "a parameter is not finite"
    updates = instance.wishes["updates"] if "updates" in solver.signature.parameters else 0
    assert model.history.shape == (updates,), f"{model.history.shape} losses for {updates} updates"
    assert (model.solver, model.level) == (solver.name, instance.options["level"]) or solver.name == "mutant"


@SUITE.law("equivariance")
def equivariance(solver: AnySolver, instance: Instance) -> None:
    graphs, _ = instance.args
    model = instance.call(solver)
    rng = np.random.default_rng(len(graphs))
    for sample in graphs:
        to, edges = rng.permutation(sample.n), rng.permutation(sample.m)
        expected, found = (_flat(model.predict([one])) for one in (sample, sample.permuted(to, edges)))
        order = to if instance.options["level"] == "node" else slice(None)
        _near(found, expected[order], "a prediction after relabelling")


@SUITE.law("batch")
def batch(solver: AnySolver, instance: Instance) -> None:
    graphs, _ = instance.args
    model = instance.call(solver)
    alone = np.concatenate([_flat(model.predict([sample])) for sample in graphs])
    _near(_flat(model.predict(graphs)), alone, "a prediction in a batch, from that of the graph alone")
    mates = [*graphs, *(GraphSample(s.edge_index, s.node_feat * 1e3, s.edge_feat * 1e3) for s in graphs)]
    _near(_flat(model.predict(mates))[: len(alone)], alone, "a prediction beside other graphs")


@SUITE.law("score")
def score(solver: AnySolver, instance: Instance) -> None:
    graphs, targets = instance.args
    y = _flat(targets)
    if np.ptp(y) < 1e-9:
        return
    model = instance.call(solver)
    predicted = _flat(model.predict(graphs))
    expected = 1 - ((predicted - y) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    found = model.score(graphs, targets)
    assert abs(found - expected) <= 1e-9 * (1 + abs(expected)), (
        f"score is {found!r}, R² of the predictions {expected!r}"
    )


@SUITE.law("constant", scale=0.5)
def constant(solver: AnySolver, instance: Instance) -> None:
    graphs, targets = instance.args
    same = np.full(len(graphs), 7.0) if instance.options["level"] == "graph" else [np.full(s.n, 7.0) for s in graphs]
    model = instance.but(graphs, same).call(solver, updates=150, lr=0.02, n_heads=3)
    _near(_flat(model.predict(graphs)), np.full_like(_flat(targets), 7.0), "a prediction of 7 throughout", 0.1)


@SUITE.law("contracting")
def contracting(solver: AnySolver, instance: Instance) -> None:
    graphs, _ = instance.args
    for gamma in (0.5, 0.95):
        model = instance.call(solver, gamma=gamma)
        rng = np.random.default_rng(len(graphs))
        for size in (1.0, 1e3, 1e6):  # logits as large as that
            wild = model.with_parameters(model.parameters * size + size * rng.standard_normal(len(model.parameters)))
            sample = graphs[0]
            found = wild.fixed_point(sample)
            one = instance.wishes["normalize"] == "out-degree"
            y, z = (np.full_like(found.x, value) for value in (1.0, -1.0))
            images = found.step(y) - found.step(z)
            b = float(np.abs(found.step(np.zeros_like(y))).max())
            moved = float(np.abs(images).sum(axis=0).max() if one else np.abs(images).max(initial=0))
            apart = 2.0 * (len(y) if one else 1)
            assert moved <= gamma * apart + 1e-9 * (1 + b), f"{apart} apart, after a step {moved} with gamma={gamma}"
            allowed = 1e-6 * (1 + b * len(y)) / (1 - gamma)
            assert found.error_bound.max() <= allowed, f"error bound {found.error_bound.max():.3g} for b of {b:.3g}"


@SUITE.law("gradient", scale=0.6)
def gradient(solver: AnySolver, instance: Instance) -> None:
    graphs, targets = instance.args
    smooth: dict[str, Any] = {"activation": "tanh", "tol": 1e-13, "aggregation": "mean", "dtype": "float64"}
    if instance.wishes["gains"] == "clip":
        smooth["gains"] = "sigmoid"
    model = instance.call(solver, **smooth)
    rng = np.random.default_rng(3)
    model = model.with_parameters(model.parameters + 0.1 * rng.standard_normal(len(model.parameters)))
    _, found = model.loss_gradient(graphs, targets)
    assert found.shape == model.parameters.shape
    for _ in range(3):
        direction = rng.standard_normal(len(found))
        slopes = []
        for step in (1e-4, 2e-5):  # a kink of a rectifier between the two points would spoil one, hardly both
            up, down = (
                model.with_parameters(model.parameters + sign * step * direction).loss_gradient(graphs, targets)[0]
                for sign in (1, -1)
            )
            slopes.append((up - down) / (2 * step))
        along = float(found @ direction)
        scale = float(np.abs(found) @ np.abs(direction)) + 1e-3
        off = min(abs(slope - along) for slope in slopes)
        assert off <= 1e-5 * scale, f"the gradient along a direction is {along!r}, by differences {slopes}"


def _peak(model: StationaryModel, graphs: list[GraphSample], targets: Any) -> int:
    model.loss_gradient(graphs, targets)
    gc.collect()
    tracemalloc.start()
    try:
        model.loss_gradient(graphs, targets)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@SUITE.law("tape-free", instances=False)
def tape_free(solver: AnySolver) -> None:
    rng = np.random.default_rng(0)
    pairs = [data.stationary(60, 4, rng) for _ in range(8)]
    graphs, targets = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rate = "gamma" if "gamma" in solver.signature.parameters else "kappa"
    few, many = (
        _peak(solver(graphs, targets, rng=0, **{**SMALL, rate: value}), graphs, targets) for value in (0.3, 0.999)
    )
    assert many <= 1.1 * few + 65536, f"a gradient takes {few} bytes with few iterations, {many} with many"


@SUITE.law("representable", instances=False)
def representable(solver: AnySolver) -> None:
    rng = np.random.default_rng(1)
    training = [data.stationary(int(n), 3, rng) for n in rng.integers(10, 30, 48)]
    larger = [data.stationary(150, 3, rng) for _ in range(4)]
    options = {"n_heads": 4, "hidden": 8, "n_message_layers": 0, "decoder": (8,), "updates": 500, "batch_graphs": 16}
    model = solver(*map(list, zip(*training, strict=True)), rng=0, lr=0.01, **options)
    found = model.score(*map(list, zip(*larger, strict=True)))
    assert found >= 0.99, f"R² on larger graphs is {found:.4f}"


@SUITE.law("value-iteration", instances=False)
def value_iteration(solver: AnySolver) -> None:
    rng = np.random.default_rng(2)
    training = [data.decision_process(int(n), 5, rng) for n in rng.integers(20, 51, 128)]
    options = {"hidden": 16, "n_message_layers": 1, "updates": 350, "batch_graphs": 8, "decoder": (32,), "lr": 5e-3}
    model = solver(*map(list, zip(*training, strict=True)), rng=0, **options)
    off, agree, greed = [], [], []
    for n in (30, 60, 100, 150):
        sample, values = data.decision_process(n, 5, rng)
        (predicted,) = model.predict([sample])
        off.append(np.abs(predicted - values) / np.abs(values))
        best = data.policy(sample, values)
        agree.append(data.policy(sample, predicted) == best)
        greed.append(data.greedy(sample) == best)
    error, right, base = (float(np.concatenate(part).mean()) for part in (off, agree, greed))
    assert error <= 0.12, f"MAPE is {error:.3f}"
    assert right >= base + 0.05, f"the policy agrees with the optimal one on {right:.3f} of states, greed on {base:.3f}"
