"""Solvers of `graph-stationary-regression`: convergent graph solvers, and what they have to be better than."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

import porism
from porism import Claims, InvalidType, Paper
from porism.validation import as_choice, as_float, as_integer, as_rng, check_progress
from porism_graphs._arguments import told
from porism_graphs.contracting_fixed_point.solvers import PARK_2022
from porism_graphs.graph_stationary_regression._layers import ACTIVATIONS, AGGREGATIONS
from porism_graphs.graph_stationary_regression._linear import MeanPredictor, ridge
from porism_graphs.graph_stationary_regression._networks import Convergent, Implicit, MessagePassing, Network, Shape
from porism_graphs.graph_stationary_regression._sample import GraphSample, as_samples, as_targets
from porism_graphs.graph_stationary_regression._training import Predictor, Settings, Vector, train
from porism_graphs.graph_stationary_regression.problem import StationaryModel, graph_stationary_regression

__all__ = ["cgs", "ignn", "mean", "message_passing", "ridge_on_diffused_features"]

GU_2020 = Paper(
    key="gu2020implicit",
    title="Implicit Graph Neural Networks",
    authors=("Gu, Fangda", "Chang, Heng", "Zhu, Wenwu", "Sojoudi, Somayeh", "El Ghaoui, Laurent"),
    year=2020,
    venue="Advances in Neural Information Processing Systems (NeurIPS)",
    arxiv="2009.06211",
    kind="inproceedings",
)

GILMER_2017 = Paper(
    key="gilmer2017neural",
    title="Neural Message Passing for Quantum Chemistry",
    authors=("Gilmer, Justin", "Schoenholz, Samuel S.", "Riley, Patrick F.", "Vinyals, Oriol", "Dahl, George E."),
    year=2017,
    venue="International Conference on Machine Learning (ICML)",
    pages="1263--1272",
    arxiv="1704.01212",
    kind="inproceedings",
)

SHARED = """
    n_heads : int
        Width of the state that equilibrium is sought for.
    hidden : int
        Width of the encoder's layers.
    n_message_layers : int
        Rounds of messages in the encoder before the last, which every encoder has.
    decoder : tuple of int
        Widths of the hidden layers behind.
    activation : {"leaky_relu", "silu", "tanh"}
        Of encoder and decoder.
    aggregation : {"sum", "mean", "max", "mean-max"}
        What a vertex of the encoder hears of the edges into it.
    readout : {"mean", "sum"}
        How vertices are put together for ``level="graph"``.
    lr : float
        Adam's learning rate.
    schedule : {"cosine", "constant"}
        Whether it falls to 0 along half a cosine.
    updates : int
        How many.
    batch_graphs : int
        Training graphs in each.
    dtype : {"float32", "float64"}
        What training computes in; predictions are made in float64.
    progress : bool or callable
        A callable ``(done, total, loss)`` is told of every update.
"""

F = TypeVar("F", bound=Callable[..., Any])


def shared(function: F) -> F:
    """Append the options that all networks have to the docstring's section of parameters."""
    doc = inspect.cleandoc(function.__doc__ or "")
    function.__doc__ = doc.rstrip() + "\n" + inspect.cleandoc(SHARED) + "\n"
    return function


class Task:
    """The canonical arguments, checked, and the options that all networks have."""

    def __init__(self, graphs: object, targets: object, level: object, rng: Any, options: dict[str, Any]) -> None:
        self.level = as_choice("level", level, ("node", "graph"))
        self.samples = as_samples("graphs", graphs)
        self.y = as_targets(targets, self.samples, self.level)
        self.rng = as_rng(rng)
        self.widths = self.samples[0].node_feat.shape[1], self.samples[0].edge_feat.shape[1]
        if options:
            self._options(**options)

    def _options(
        self,
        *,
        n_heads: Any,
        hidden: Any,
        n_message_layers: Any,
        decoder: Any,
        activation: Any,
        aggregation: Any,
        readout: Any,
        lr: Any,
        schedule: Any,
        updates: Any,
        batch_graphs: Any,
        dtype: Any,
        progress: Any,
    ) -> None:
        check_progress(progress)
        self.progress = progress if callable(progress) else None
        if not isinstance(decoder, tuple | list):
            raise InvalidType(f"decoder must be a tuple of widths, got {told(decoder)}")
        self.shape: dict[str, Any] = {
            "n_heads": as_integer("n_heads", n_heads, 1, 4096),
            "hidden": as_integer("hidden", hidden, 1, 4096),
            "n_message_layers": as_integer("n_message_layers", n_message_layers, 0, 64),
            "decoder": tuple(as_integer("decoder", width, 1, 4096) for width in decoder),
            "activation": as_choice("activation", activation, ACTIVATIONS),
            "aggregation": as_choice("aggregation", aggregation, AGGREGATIONS),
            "readout": as_choice("readout", readout, ("mean", "sum")),
            "level": self.level,
        }
        self.settings = Settings(
            as_integer("updates", updates, 1, 100_000_000),
            as_integer("batch_graphs", batch_graphs, 1),
            as_float("lr", lr, 0, 10, ends="(]"),
            as_choice("schedule", schedule, ("cosine", "constant")),
            as_choice("dtype", dtype, ("float32", "float64")),
        )

    def sized(self, rng: np.random.Generator, dtype: Any, **changed: Any) -> Shape:
        """The sizes of a network whose weights `rng` draws."""
        return Shape(*self.widths, **{**self.shape, **changed}, rng=rng, dtype=dtype)

    def fitted(self, solver: str, make: Callable[[Shape], Network]) -> StationaryModel:
        """The model that training leaves."""
        seed = self.rng.integers(2**63)  # the network is made twice: in the dtype of training, and in float64
        made = lambda dtype: make(self.sized(np.random.default_rng(seed), dtype))  # noqa: E731
        predictor, history = train(made, self.samples, self.y, self.level, self.settings, self.rng, self.progress)
        return self.model(solver, predictor, history)

    def model(self, solver: str, predictor: Predictor, history: Vector | None = None) -> StationaryModel:
        """The result."""
        told_history = np.zeros(0) if history is None else history
        return StationaryModel(solver, self.level, predictor.flat(), told_history, predictor, self.widths)


def contracting(*, gamma: Any, gains: Any, normalize: Any, tol: Any, encoder: Any) -> dict[str, Any]:
    """The options of `cgs` alone, checked."""
    if encoder is not None and not callable(encoder):
        raise InvalidType(f"encoder must be None or a callable that makes an Encoder of a Shape, got {told(encoder)}")
    return {
        "gamma": as_float("gamma", gamma, 0, 0.9999, ends="(]"),
        "gains": as_choice("gains", gains, ("sigmoid", "clip", "softmax")),
        "normalize": as_choice("normalize", normalize, ("in-degree", "out-degree")),
        "tol": as_float("tol", tol, 0, 1, ends="()"),
        "encoder": encoder,
    }


@porism.solver(
    graph_stationary_regression,
    "cgs",
    aliases=("convergent-graph-solver",),
    paper=PARK_2022,
    complexity="O(m H log(1/tol) / log(1/gamma) + m hidden²) for each update; memory independent of the iterations",
    claims=Claims(contracting=True, trained_by_gradient=True, implicit=True, representable=True, value_iteration=True),
    default=True,
)
@shared
def cgs(
    graphs: Sequence[GraphSample],
    targets: Any,
    *,
    level: str = "node",
    rng: Any = None,
    gamma: float = 0.5,
    gains: str = "sigmoid",
    normalize: str = "in-degree",
    tol: float = 1e-8,
    encoder: Any = None,
    n_heads: int = 16,
    hidden: int = 32,
    n_message_layers: int = 1,
    decoder: tuple[int, ...] = (64, 32),
    activation: str = "leaky_relu",
    aggregation: str = "mean-max",
    readout: str = "mean",
    lr: float = 3e-3,
    schedule: str = "cosine",
    updates: int = 1000,
    batch_graphs: int = 32,
    dtype: str = "float32",
    progress: Any = False,
) -> StationaryModel:
    """Convergent graph solvers: learn linear maps that contract whatever is learned, and decode their fixed points.

    A message-passing encoder makes for every head a gain in [0, 1] of each edge and a bias of each vertex; divided by
    degrees and times gamma these are a contraction with one fixed point, found by Picard iteration and differentiated
    by its adjoint; a perceptron reads the prediction from the fixed points of all heads.

    Parameters
    ----------
    gamma : float
        By which maps contract, strictly between 0 and 1: how far an equilibrium reaches.
    gains : {"sigmoid", "clip", "softmax"}
        How logits become gains. Clipping, the paper's, has no slope outside [0, 1]. A softmax over the edges into a
        vertex takes the place of the division by the degree, which allows no edge more than 1 / degree.
    normalize : {"in-degree", "out-degree"}
        What gains are divided by (see `contracting-fixed-point`), or which edges a softmax is over.
    tol : float
        Error of fixed points allowed, relative to biases.
    encoder : callable, optional
        Makes an :class:`Encoder` of a :class:`Shape`, instead of message passing.
    """
    task = Task(graphs, targets, level, rng, _taken(locals()))
    numbers = contracting(gamma=gamma, gains=gains, normalize=normalize, tol=tol, encoder=encoder)
    return task.fitted("cgs", lambda shape: Convergent(shape, **numbers))


COMMON = (
    "n_heads",
    "hidden",
    "n_message_layers",
    "decoder",
    "activation",
    "aggregation",
    "readout",
    "lr",
    "schedule",
    "updates",
    "batch_graphs",
    "dtype",
    "progress",
)


def _taken(options: dict[str, Any]) -> dict[str, Any]:
    """Those options of a call that all networks have."""
    return {name: options[name] for name in COMMON}


@porism.solver(
    graph_stationary_regression,
    "message-passing",
    aliases=("mpnn",),
    paper=GILMER_2017,
    complexity="O(m (H T + hidden²)) for each update, O(m H T) memory",
    claims=Claims(trained_by_gradient=True),
    tags=("baseline",),
)
@shared
def message_passing(
    graphs: Sequence[GraphSample],
    targets: Any,
    *,
    level: str = "node",
    rng: Any = None,
    n_layers: int = 4,
    n_heads: int = 16,
    hidden: int = 32,
    n_message_layers: int = 1,
    decoder: tuple[int, ...] = (64, 32),
    activation: str = "leaky_relu",
    aggregation: str = "mean-max",
    readout: str = "mean",
    lr: float = 3e-3,
    schedule: str = "cosine",
    updates: int = 1000,
    batch_graphs: int = 32,
    dtype: str = "float32",
    progress: Any = False,
) -> StationaryModel:
    """The same encoder and decoder with a fixed number of untied message-passing layers between them.

    As many parameters as `cgs` with the same options, within a tenth: the width of the layers is chosen so. What is
    farther away than all layers reach has no influence.

    Parameters
    ----------
    n_layers : int
        Layers in place of the fixed point.
    """
    task = Task(graphs, targets, level, rng, _taken(locals()))
    depth = as_integer("n_layers", n_layers, 1, 100)
    blank = np.random.default_rng(0)
    convergent: dict[str, Any] = {"gamma": 0.5, "gains": "sigmoid", "normalize": "in-degree", "tol": 1e-8}
    wanted = Convergent(task.sized(blank, np.float32), **convergent).size

    def size(width: int) -> int:
        return MessagePassing(task.sized(blank, np.float32), width=width, n_layers=depth).size

    low, high = 1, 2
    while size(high) < wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if size(middle) < wanted else (low, middle)
    width = min((low, high), key=lambda width: abs(size(width) - wanted))
    return task.fitted("message-passing", lambda shape: MessagePassing(shape, width=width, n_layers=depth))


@porism.solver(
    graph_stationary_regression,
    "ignn",
    aliases=("implicit-gnn",),
    paper=GU_2020,
    complexity="O((m H + n H²) log(1/tol) / log(1/kappa) + m hidden²) for each update",
    claims=Claims(trained_by_gradient=True, implicit=True),
    tags=("baseline",),
)
@shared
def ignn(
    graphs: Sequence[GraphSample],
    targets: Any,
    *,
    level: str = "node",
    rng: Any = None,
    kappa: float = 0.9,
    tol: float = 1e-8,
    n_heads: int = 16,
    hidden: int = 32,
    n_message_layers: int = 1,
    decoder: tuple[int, ...] = (64, 32),
    activation: str = "leaky_relu",
    aggregation: str = "mean-max",
    readout: str = "mean",
    lr: float = 3e-3,
    schedule: str = "cosine",
    updates: int = 1000,
    batch_graphs: int = 32,
    dtype: str = "float32",
    progress: Any = False,
) -> StationaryModel:
    """An implicit graph network in the manner of Gu et al.: one recurrent matrix for all edges, projected to contract.

    X = relu(A X W + b) with the encoder's biases b and A the mean over in-edges. After every update W is projected to
    columns whose absolute values sum to kappa at most, which makes the map contract in the largest-entry norm.

    Parameters
    ----------
    kappa : float
        By which the map contracts, strictly between 0 and 1.
    tol : float
        Error of the fixed point allowed, relative to its size.
    """
    task = Task(graphs, targets, level, rng, _taken(locals()))
    rate, accuracy = as_float("kappa", kappa, 0, 0.9999, ends="(]"), as_float("tol", tol, 0, 1, ends="()")
    return task.fitted("ignn", lambda shape: Implicit(shape, kappa=rate, tol=accuracy))


@porism.solver(
    graph_stationary_regression,
    "ridge-on-diffused-features",
    aliases=("diffused-ridge",),
    complexity="O(m f log(1/tol) / log(1/gamma) + n f²) for f features",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def ridge_on_diffused_features(
    graphs: Sequence[GraphSample],
    targets: Any,
    *,
    level: str = "node",
    rng: Any = None,
    gammas: tuple[float, ...] = (0.5, 0.9),
    readout: str = "mean",
) -> StationaryModel:
    """A ridge regression on features, summaries of in-edges, and what both diffuse to; no map is learned.

    Parameters
    ----------
    gammas : tuple of float
        For each, the fixed points of x = gamma P x + features are further features; P is the mean over in-edges.
    readout : {"mean", "sum"}
        How vertices are put together for ``level="graph"``.
    """
    task = Task(graphs, targets, level, rng, {})
    pooled = as_choice("readout", readout, ("mean", "sum"))
    if not isinstance(gammas, tuple | list):
        raise InvalidType(f"gammas must be a tuple of numbers in (0, 1), got {told(gammas)}")
    steps = tuple(as_float("gammas", gamma, 0, 0.9999, ends="(]") for gamma in gammas)
    predictor = ridge(task.samples, task.y, steps, pooled if task.level == "graph" else None)
    return task.model("ridge-on-diffused-features", predictor)


@porism.solver(
    graph_stationary_regression,
    "mean",
    complexity="O(n)",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def mean(graphs: Sequence[GraphSample], targets: Any, *, level: str = "node", rng: Any = None) -> StationaryModel:
    """The mean of all training targets: what every other model has to be better than."""
    task = Task(graphs, targets, level, rng, {})
    return task.model("mean", MeanPredictor(float(task.y.mean()), task.level))
