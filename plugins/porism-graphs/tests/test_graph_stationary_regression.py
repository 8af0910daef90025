"""The laws of learning on graphs and their mutants; the estimator, samples, data with known answers, the example."""

from __future__ import annotations

import importlib.util
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

import porism
from porism.conformance import check, parametrize
from porism_graphs import CGS, GraphSample
from porism_graphs.graph_stationary_regression import (
    SOLVERS,
    Batch,
    Encoder,
    NotFittedError,
    Shape,
    cgs,
    data,
    ignn,
    mean,
    message_passing,
    ridge_on_diffused_features,
)
from porism_graphs.graph_stationary_regression._networks import MessagePassingEncoder

SMALL = {"updates": 20, "n_heads": 4, "hidden": 8, "decoder": (8,), "rng": 0}


def load(topic: str):
    name = f"porism_graphs_mutants_{topic}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"mutants_{topic}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


mutants = load("stationary")


@parametrize(cgs)
def test_law(law):
    law(examples=8)


@parametrize(message_passing, ignn, ridge_on_diffused_features, mean)
def test_law_of_the_others(law):
    law(examples=4)


@pytest.mark.parametrize(("bug", "law"), mutants.BUGS.items())
def test_mutant_is_caught(bug, law):
    report = check(mutants.mutant(bug), examples=30, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


def test_the_solver_that_the_mutants_are_made_from_keeps_the_laws():
    laws = sorted(set(mutants.BUGS.values()) - {"representable", "value-iteration"})  # cgs itself is put to those
    check(mutants.mutant(None), examples=5, laws=laws).raise_for_failures()


def processes(count: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    pairs = [data.decision_process(int(n), 4, rng) for n in rng.integers(8, 20, count)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


# -- gradients, sizes, encoders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", [cgs, message_passing, ignn])
@pytest.mark.parametrize("aggregation", ["sum", "max", "mean-max"])
def test_gradients_of_kinked_aggregations(solver, aggregation):
    graphs, targets = processes(3)
    exact = {"tol": 1e-13} if solver is not message_passing else {}
    options = {**SMALL, "aggregation": aggregation, "activation": "silu", "n_message_layers": 2, **exact}
    model = solver(graphs, targets, dtype="float64", **options)
    _, gradient = model.loss_gradient(graphs, targets)
    rng = np.random.default_rng(1)
    off = []
    for _ in range(4):
        direction = rng.standard_normal(len(gradient))
        up, down = (
            model.with_parameters(model.parameters + sign * 1e-6 * direction).loss_gradient(graphs, targets)[0]
            for sign in (1, -1)
        )
        off.append(abs((up - down) / 2e-6 - gradient @ direction) / (np.abs(gradient) @ np.abs(direction)))
    assert sorted(off)[1] < 1e-6, off  # a kink may lie on one way or another


def test_message_passing_has_as_many_parameters():
    graphs, targets = processes(2)
    for options in ({}, {"n_message_layers": 3, "n_heads": 64}, {"hidden": 8, "decoder": (8,)}):
        ours, theirs = (len(s(graphs, targets, updates=1, rng=0, **options).parameters) for s in (cgs, message_passing))
        assert abs(theirs - ours) <= 0.1 * ours


def test_ignn_stays_projected():
    graphs, targets = processes(4)
    model = ignn(graphs, targets, kappa=0.5, lr=0.1, **SMALL)
    W = model._predictor.network.parameters[model._predictor.network.place]
    assert np.abs(W).sum(axis=0).max() <= 0.5 + 1e-6


def test_an_encoder_of_ones_own():
    class Constant:
        """Gains that depend on the edge's feature alone, biases on the vertex's."""

        def __init__(self, shape: Shape) -> None:
            size = (shape.edge + shape.node, shape.n_heads)
            self.parameters = [shape.rng.standard_normal(size).astype(shape.dtype)]
            self.gradients = [np.zeros_like(self.parameters[0])]
            self.edge = shape.edge

        def encode(self, batch: Batch):
            W = self.parameters[0]
            return batch.edge @ W[: self.edge], batch.node @ W[self.edge :], None

        def encode_vjp(self, batch: Batch, cache, g_logits, g_bias) -> None:
            self.gradients[0][: self.edge] += batch.edge.T @ g_logits
            self.gradients[0][self.edge :] += batch.node.T @ g_bias

    graphs, targets = processes(4)
    model = cgs(graphs, targets, encoder=Constant, **SMALL)
    assert isinstance(model._predictor.network.encoder, Encoder)
    found = model.fixed_point(graphs[0])
    assert found.x.shape == (graphs[0].n, 4)
    _, gradient = model.loss_gradient(graphs, targets)
    assert np.abs(gradient[:8]).max() > 0
    assert issubclass(MessagePassingEncoder, object)


def test_training_falls_and_float32_is_near_float64():
    graphs, targets = processes(16)
    options = {**SMALL, "updates": 150}
    single, double = (cgs(graphs, targets, dtype=dtype, **options) for dtype in ("float32", "float64"))
    for model in (single, double):
        assert model.history[-10:].mean() < model.history[:10].mean()
    assert abs(single.score(graphs, targets) - double.score(graphs, targets)) < 0.1


def test_graph_level():
    graphs, values = processes(12)
    for readout in ("mean", "sum"):
        targets = np.array([value.sum() if readout == "sum" else value.mean() for value in values])
        for solver in SOLVERS[:4]:
            options = {} if solver is ridge_on_diffused_features else {**SMALL, "updates": 60, "lr": 0.01}
            model = solver(graphs, targets, level="graph", readout=readout, **options)
            assert model.predict(graphs).shape == (12,)
            assert solver is ignn or model.score(graphs, targets) > 0.1


# -- the estimator and its parts ---------------------------------------------------------------------------------------


def test_estimator():
    graphs, targets = processes(6)
    model = CGS(**SMALL)
    for name in ("model_", "history_"):
        with pytest.raises(NotFittedError, match=f"this CGS has no {name} before fit"):
            getattr(model, name)
    with pytest.raises(NotFittedError):
        model.predict(graphs)
    assert model.fit(graphs, targets) is model
    direct = cgs(graphs, targets, **SMALL)
    assert model.model_ == direct
    assert (model.history_ == direct.history).all()
    assert model.score(graphs, targets) == direct.score(graphs, targets)
    assert model.fixed_point(graphs[0]) == direct.fixed_point(graphs[0])
    assert repr(CGS(gamma=0.9)) == "CGS(gamma=0.9)"
    assert model.get_params()["n_heads"] == model.n_heads == 4
    assert model.set_params(n_heads=5).n_heads == 5
    with pytest.raises(porism.InvalidInput, match="CGS has no option 'gama'; did you mean 'gamma'"):
        CGS(gama=0.5)


def test_an_estimator_is_cloned_by_scikit_learn():
    base = pytest.importorskip("sklearn.base")
    assert base.clone(CGS(gamma=0.25)).gamma == 0.25


def test_constant_targets_have_no_score():
    graphs, targets = processes(3)
    model = mean(graphs, targets)
    with pytest.warns(UserWarning, match="R² is not defined"):
        assert np.isnan(model.score(graphs, [np.full_like(part, 2.0) for part in targets]))


def test_models_refuse_what_they_cannot_do():
    graphs, targets = processes(2)
    other = [GraphSample(graphs[0].edge_index, node_feat=np.ones((graphs[0].n, 3)))]
    model = mean(graphs, targets)
    with pytest.raises(porism.InvalidInput, match="graphs must have 1 features of vertices and 1 of edges"):
        model.predict(other)
    with pytest.raises(porism.InvalidType, match="targets must be a sequence"):
        mean(graphs, np.array(3))
    endless = []
    endless.append(endless)
    for level in ("node", "graph"):
        with pytest.raises(porism.InvalidInput, match="targets"):
            mean(graphs, [endless] * 2, level=level)
    with pytest.raises(porism.InvalidType, match="encoder must make an Encoder of a Shape, got one that makes None"):
        cgs(graphs, targets, encoder=lambda shape: None, **SMALL)
    assert np.isfinite(ignn(graphs, targets, kappa=5e-324, **SMALL).predict(graphs)[0]).all()
    with pytest.raises(porism.InvalidInput, match="fitted by 'cgs', got one of 'mean'"):
        model.fixed_point(graphs[0])
    with pytest.raises(porism.InvalidInput, match="model fitted by 'mean'"):
        model.loss_gradient(graphs, targets)
    with pytest.raises(porism.InvalidInput, match="ax must be for a model with a history"):
        model.plot()
    with pytest.raises(porism.InvalidInput, match="parameters must be 1 of a network, got 3"):
        model.with_parameters([1.0, 2.0, 3.0])
    with pytest.raises(porism.ComputationError, match="training diverged"):
        cgs(graphs, targets, **{**SMALL, "lr": 10.0, "updates": 3000, "activation": "silu"})


def test_samples():
    sample = GraphSample([[0, 1], [1, 1]], n=3)
    assert (sample.n, sample.m) == (3, 2)
    assert repr(sample) == "<GraphSample of 3 vertices, 2 edges, 1 + 1 features>"
    again = pickle.loads(pickle.dumps(sample))
    assert (again.edge_index == sample.edge_index).all()
    with pytest.raises(AttributeError, match="does not change"):
        sample.n_more = 3
    with pytest.raises(ValueError, match="read-only"):
        sample.node_feat[0] = 2.0
    for wrong, message in [
        (lambda: GraphSample([[0], [1]]), "n must be given"),
        (lambda: GraphSample([[0], [3]], n=3), r"got 3 at edge_index\[1, 0\]"),
        (lambda: GraphSample([[0], [1]], node_feat=np.ones((3, 1)), n=2), "for each of n=2 vertices"),
        (lambda: GraphSample([[0], [1]], n=2, edge_feat=np.ones((2, 1))), "edge_feat must have a row for each of 1"),
        (lambda: GraphSample([[0], [1]], node_feat=[[np.nan], [1.0]]), "node_feat must be finite"),
        (lambda: GraphSample([[], []], node_feat=np.ones((0, 1))), "node_feat must have a row at least"),
    ]:
        with pytest.raises(porism.InvalidInput, match=message):
            wrong()


def test_picture_of_the_history():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    axes = cgs(*processes(2), **SMALL).plot()
    assert len(axes.lines) == 2
    pyplot.close("all")


# -- data --------------------------------------------------------------------------------------------------------------


def test_values_solve_bellmans_equation():
    rng = np.random.default_rng(0)
    sample, V = data.decision_process(30, 5, rng)
    worth = sample.edge_feat[:, 0] + 0.9 * V[sample.edge_index[0]]
    np.testing.assert_allclose(worth.reshape(30, 5).max(axis=1), V, atol=1e-10)
    assert (data.policy(sample, V) == worth.reshape(30, 5).argmax(axis=1)).all()


def test_pressures_keep_kirchhoffs_law():
    sample, p = data.pore_network(60, np.random.default_rng(0))
    inlets, outlets = (np.flatnonzero(sample.node_feat[:, place]) for place in (3, 4))
    assert (p[inlets] == 1).all()
    assert (p[outlets] == 0).all()
    conductance = sample.edge_feat[:, 0] ** 4 / sample.edge_feat[:, 1]
    flow = conductance * (p[sample.edge_index[0]] - p[sample.edge_index[1]])
    inside = np.setdiff1d(np.arange(60), np.concatenate((inlets, outlets)))
    assert np.abs(np.bincount(sample.edge_index[1], weights=flow, minlength=60)[inside]).max() < 1e-10


def test_soho_is_connected():
    pytest.importorskip("geopandas")
    places, pairs, lengths = data.soho()
    assert len(places) > 100
    assert pairs.max() == len(places) - 1
    assert (lengths > 0).all()
    straight = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    assert (lengths >= straight - 0.2).all()


def test_targets_of_any_size_are_scaled_and_those_beyond_are_refused():
    ring = np.array([np.arange(6), np.roll(np.arange(6), -1)])
    graphs = [GraphSample(ring, node_feat=np.eye(6)[:, [i]]) for i in range(6)]
    targets = [np.roll(0.5 ** np.arange(6), i) for i in range(6)]
    scores = []
    for unit in (1.0, 2.0**-900, 2.0**300):
        scaled = [target * unit for target in targets]
        scores.append(cgs(graphs, scaled, rng=0, updates=30).score(graphs, scaled))
    assert scores == pytest.approx([scores[0]] * 3, abs=1e-9)
    with pytest.raises(porism.InvalidInput, match=r"targets\[0\] must be 1e\+100 in magnitude at most, got 1e\+300"):
        cgs(graphs, [target * 1e300 for target in targets])
    with pytest.raises(porism.InvalidInput, match="node_feat must be 1e"):
        GraphSample(ring, node_feat=np.full((6, 1), -1e200))
