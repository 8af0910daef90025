"""The estimator: convergent graph solvers with `fit` and `predict`, as scikit-learn has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, PorismError
from porism_graphs.contracting_fixed_point.problem import FixedPoint
from porism_graphs.graph_stationary_regression.problem import StationaryModel
from porism_graphs.graph_stationary_regression.solvers import cgs

__all__ = ["CGS", "NotFittedError"]


class NotFittedError(PorismError, ValueError, AttributeError):
    """The estimator was asked for something before `fit`."""


class CGS:
    """Convergent graph solver, an estimator over lists of graphs.

    Parameters
    ----------
    rng : None, int or numpy.random.Generator
        Source of randomness.
    level : {"node", "graph"}
        What to predict a number for.
    **options
        Those of the solver `cgs`, with the same defaults: `n_heads`, `gamma`, `hidden`, `n_message_layers`, `decoder`,
        `activation`, `aggregation`, `gains`, `normalize`, `readout`, `lr`, `schedule`, `updates`, `batch_graphs`,
        `dtype`, `tol`, `encoder`, `progress`.

    Attributes
    ----------
    model_ : StationaryModel
        After `fit`.
    history_ : (updates,) float64 array
        Loss of every update.

    Examples
    --------
    >>> import numpy as np
    >>> from porism_graphs import CGS, GraphSample
    >>> ring = np.array([[0, 1, 2, 3, 4], [1, 2, 3, 4, 0]])
    >>> graphs = [GraphSample(ring, node_feat=np.eye(5)[:, [i]]) for i in range(5)]
    >>> targets = [np.roll(0.5 ** np.arange(5), i) for i in range(5)]
    >>> model = CGS(updates=200, rng=0).fit(graphs, targets)
    >>> model.score(graphs, targets) > 0.9
    True
    """

    def __init__(self, *, rng: Any = None, level: str = "node", **options: Any) -> None:
        known = [name for name in cgs.options if name not in ("rng", "level")]
        unknown = next((name for name in options if name not in known), None)
        if unknown is not None:
            raise InvalidInput(f"CGS has no option {unknown!r}{cgs.suggestion(unknown)}")
        self._options = {"rng": rng, "level": level, **{name: cgs.options[name].default for name in known}, **options}

    def __getattr__(self, name: str) -> Any:
        options = self.__dict__.get("_options", {})
        if name in options:
            return options[name]
        if name in ("model_", "history_"):
            raise NotFittedError(f"this CGS has no {name} before fit(graphs, targets)")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        changed = {name: value for name, value in self._options.items() if value is not cgs.options[name].default}
        return f"CGS({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All options."""
        return dict(self._options)

    def set_params(self, **options: Any) -> CGS:
        """Change options; fitted state stays until the next `fit`."""
        self._options = CGS(**{**self._options, **options})._options
        return self

    def fit(self, graphs: Any, targets: Any) -> CGS:
        """Train on graphs and targets, as `graph-stationary-regression` takes them."""
        self.model_: StationaryModel = cgs(graphs, targets, **self._options)
        self.history_: npt.NDArray[np.float64] = self.model_.history
        return self

    def predict(self, graphs: Any) -> list[npt.NDArray[np.float64]] | npt.NDArray[np.float64]:
        """See :meth:`StationaryModel.predict`."""
        return self.model_.predict(graphs)

    def score(self, graphs: Any, targets: Any) -> float:
        """R², see :meth:`StationaryModel.score`."""
        return self.model_.score(graphs, targets)

    def fixed_point(self, graph: Any) -> FixedPoint:
        """See :meth:`StationaryModel.fixed_point`."""
        return self.model_.fixed_point(graph)
