"""The problem `graph-stationary-regression`: its canonical call, the model it returns, and the laws."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput, Law, optional
from porism.validation import as_array
from porism_graphs.contracting_fixed_point.problem import FixedPoint
from porism_graphs.graph_stationary_regression._sample import as_samples, as_targets
from porism_graphs.graph_stationary_regression._training import NetworkPredictor, Predictor

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "StationaryModel", "graph_stationary_regression"]

PARK = "Park, Choo & Park 2022"

STATEMENTS = (
    Law(
        "form",
        "predictions have the form of targets, parameters and history are as many as there are, all finite",
        source="porism's interface",
    ),
    Law(
        "equivariance",
        "relabelled vertices and shuffled edges give relabelled predictions, to 1e-9",
        source="follows from the definition",
    ),
    Law("batch", "graphs predicted side by side get what each gets alone, to 1e-9", source="porism's interface"),
    Law(
        "score",
        "score is R² of the predictions, and beats nothing on targets that it cannot see",
        source="the definition",
    ),
    Law("constant", "targets that are all the same are predicted", source="porism's interface"),
    Law(
        "contracting",
        "whatever the weights, gains stay in [0, 1] and a step brings any two points together by gamma",
        claim="contracting",
        source=PARK,
    ),
    Law(
        "gradient",
        "the gradient of the loss equals central differences, through decoder, fixed point and encoder",
        claim="trained_by_gradient",
        source=PARK,
    ),
    Law(
        "tape-free",
        "memory of a gradient does not grow with the number of iterations",
        claim="implicit",
        source=PARK,
    ),
    Law(
        "representable",
        "a target that is the fixed point of a contraction is learned: R² of 0.99 on larger graphs than in training",
        claim="representable",
        source=f"{PARK}; x = P x / 2 + b with b a feature, seeded",
    ),
    Law(
        "value-iteration",
        "values of decision processes are learned: on graphs of other sizes MAPE of 0.12 at most, and a policy that "
        "agrees with the optimal one more often than greed for the next reward, by 0.05 at least",
        claim="value_iteration",
        source=f"{PARK}; seeded",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StationaryModel(porism.Result):
    """A fitted model.

    Attributes
    ----------
    solver : str
        Which one fitted it.
    level : str
        "node" or "graph": what it predicts a number for.
    parameters : (P,) float64 array
        Everything that was learned.
    history : (updates,) float64 array
        Mean squared error of the standardised targets at every update; empty where nothing is trained by gradient.
    """

    solver: str
    level: str
    parameters: npt.NDArray[np.float64]
    history: npt.NDArray[np.float64]
    _predictor: Predictor
    _widths: tuple[int, int]

    def predict(self, graphs: Any) -> list[npt.NDArray[np.float64]] | npt.NDArray[np.float64]:
        """Predictions for other graphs.

        Parameters
        ----------
        graphs : sequence of GraphSample
            Of any sizes, with features of the training graphs' widths.

        Returns
        -------
        list of (n_i,) arrays, or (G,) array
            A number for each vertex of each graph, or for each graph.

        Raises
        ------
        InvalidInput, InvalidType
            If graphs are no such sequence.
        """
        samples = self._checked(graphs)
        flat = self._predictor.predict(samples)
        if self.level == "graph":
            return flat
        return np.split(flat, np.cumsum([sample.n for sample in samples])[:-1])

    def _checked(self, graphs: Any) -> list[Any]:
        samples = as_samples("graphs", graphs)
        widths = samples[0].node_feat.shape[1], samples[0].edge_feat.shape[1]
        if widths != self._widths:
            raise InvalidInput(
                f"graphs must have {self._widths[0]} features of vertices and {self._widths[1]} of edges, as those of "
                f"training, got {widths[0]} and {widths[1]}"
            )
        return samples

    def score(self, graphs: Any, targets: Any) -> float:
        """R² of the predictions, over all vertices (or graphs) together; NaN, with a warning, for constant targets."""
        samples = self._checked(graphs)
        y = as_targets(targets, samples, self.level)
        unit = float(np.abs(y).max()) or 1.0  # in which squares neither vanish nor overflow
        around = float((((y - y.mean()) / unit) ** 2).sum())
        if around <= 1e-24 * float(((y / unit) ** 2).sum()):
            warnings.warn("R² is not defined for targets that are all the same", UserWarning, stacklevel=2)
            return float("nan")
        return 1 - float((((self._predictor.predict(samples) - y) / unit) ** 2).sum()) / around

    def fixed_point(self, graph: Any) -> FixedPoint:
        """The fixed points of all heads on a graph, with their error bounds.

        Raises
        ------
        InvalidInput
            If the model is none of contracting maps.
        """
        from porism_graphs.contracting_fixed_point.solvers import forward
        from porism_graphs.graph_stationary_regression._networks import Convergent

        predictor = self._predictor
        if not isinstance(predictor, NetworkPredictor) or not isinstance(predictor.network, Convergent):
            raise InvalidInput(
                f"graph must be asked for fixed points of a model fitted by 'cgs', got one of {self.solver!r}"
            )
        batch = predictor.scaling.batch(self._checked([graph]), np.float64)
        return forward("picard", predictor.network.system(batch)[0], predictor.network.options)

    def loss_gradient(self, graphs: Any, targets: Any) -> tuple[float, npt.NDArray[np.float64]]:
        """The training loss on some graphs, and its gradient by :attr:`parameters`.

        Raises
        ------
        InvalidInput
            If the model is not trained by gradient.
        """
        samples = self._checked(graphs)
        if not isinstance(self._predictor, NetworkPredictor):
            raise InvalidInput(
                f"graphs have no loss gradient in a model fitted by {self.solver!r}, got {len(samples)} graphs"
            )
        return self._predictor.loss(samples, as_targets(targets, samples, self.level))

    def with_parameters(self, parameters: npt.ArrayLike) -> StationaryModel:
        """The same model with other parameters.

        Raises
        ------
        InvalidInput
            If they are not as many, or the model is not trained by gradient.
        """
        flat = as_array("parameters", parameters, ndim=1, dtypes=[np.float64], promote=np.float64)
        if flat.shape != self.parameters.shape or not isinstance(self._predictor, NetworkPredictor):
            raise InvalidInput(f"parameters must be {len(self.parameters)} of a network, got {len(flat)}")
        return replace(self, parameters=flat.copy(), _predictor=self._predictor.changed(flat))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the loss of every update, and its running mean.

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-graphs[plot]'``.
        InvalidInput
            If there were no updates.
        """
        if not len(self.history):
            raise InvalidInput(f"ax must be for a model with a history, got one fitted by {self.solver!r}")
        ax = optional.axes(ax, of="porism-graphs")
        width = max(1, len(self.history) // 50)
        ax.semilogy(self.history, color="0.75", linewidth=0.8, label="update")
        mean = np.convolve(self.history, np.ones(width) / width, mode="valid")
        ax.semilogy(np.arange(len(mean)) + width // 2, mean, color="#4c72b0", label=f"mean of {width}")
        ax.set_xlabel("update")
        ax.set_ylabel("mean squared error, standardised")
        ax.legend()
        return ax


@porism.problem(
    "graph-stationary-regression",
    result=StationaryModel,
    tags=("graph", "learning", "fixed-point"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def graph_stationary_regression(  # type: ignore[empty-body]
    graphs: Sequence[Any], targets: Any, *, level: str = "node", rng: Any = None
) -> StationaryModel:
    """Learn a quantity that is in equilibrium on graphs, from small graphs, for larger ones.

    Pressures in a network of pores, values of the states of a decision process, influence, heat: what each vertex has
    depends on what its neighbours have. Given graphs with features and the quantity on them, fit a model that
    predicts it on others.

    Parameters
    ----------
    graphs : sequence of GraphSample
        Training graphs, of any sizes, whose features have the same widths.
    targets : sequence of (n_i,) array-likes, or (G,) array-like
        A number for each vertex of each graph, or, with ``level="graph"``, for each graph.
    level : {"node", "graph"}
        What to predict a number for.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed gives the same model.

    Returns
    -------
    StationaryModel

    Raises
    ------
    InvalidInput
        If there is no graph, widths of features differ, targets are not as many as vertices (graphs), not finite, or
        beyond 1e100.
    InvalidType
        If graphs are no sequence of GraphSample, or targets no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> from porism_graphs import GraphSample
    >>> ring = np.array([[0, 1, 2, 3, 4], [1, 2, 3, 4, 0]])
    >>> graphs = [GraphSample(ring, node_feat=np.eye(5)[:, [i]]) for i in range(5)]
    >>> targets = [np.roll(0.5 ** np.arange(5), i) for i in range(5)]  # half of what the neighbour has
    >>> model = registry.get("ridge-on-diffused-features")(graphs, targets)
    >>> round(model.score(graphs, targets), 2)
    1.0
    """
