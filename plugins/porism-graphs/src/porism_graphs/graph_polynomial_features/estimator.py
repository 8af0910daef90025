"""The features as a transformer that works in scikit-learn's pipelines, and without scikit-learn."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_evaluation.solvers import contraction_path
from porism_graphs.graph_polynomial_features.solvers import Choice, evaluated

__all__ = ["PolynomialFeatures"]


class PolynomialFeatures:
    """Graphs in, a matrix of polynomial features out: the solver `shared-contractions` as a transformer.

    Parameters
    ----------
    degree, output, simple, connected, missing_for, normalise
        As `graph_polynomial_features` takes them.

    Attributes
    ----------
    polynomials_ : tuple of GraphPolynomial
        One for each column.
    n_features_out_ : int

    Examples
    --------
    >>> import numpy as np
    >>> from porism_graphs import PolynomialFeatures
    >>> triangle = 1 - np.eye(3)
    >>> PolynomialFeatures(3, normalise=None).fit_transform([triangle])
    array([[6.]])
    """

    def __init__(
        self,
        degree: int = 5,
        output: str = "graph",
        *,
        simple: bool = True,
        connected: bool = True,
        missing_for: str | None = "mpnn",
        normalise: str | None = "log1p",
    ) -> None:
        self.degree = degree
        self.output = output
        self.simple = simple
        self.connected = connected
        self.missing_for = missing_for
        self.normalise = normalise

    def _choice(self) -> Choice:
        return Choice.checked(**self.get_params())

    def fit(self, graphs: Sequence[Any], y: object = None) -> PolynomialFeatures:
        """Choose the polynomials; the graphs are not looked at."""
        self.polynomials_: tuple[GraphPolynomial, ...] = self._choice().polynomials()
        self.n_features_out_ = len(self.polynomials_)
        return self

    def transform(self, graphs: Sequence[Any]) -> npt.NDArray[np.float64]:
        """The features, (rows, k): a row for each graph, or for each node or pair of nodes of one after the other.

        Raises
        ------
        InvalidInput
            If `fit` was not called, or the graphs are none.
        """
        self._check_fitted()
        return evaluated(graphs, self._choice(), contraction_path, dense=True).features

    def fit_transform(self, graphs: Sequence[Any], y: object = None) -> npt.NDArray[np.float64]:
        """``fit(graphs).transform(graphs)``."""
        return self.fit(graphs).transform(graphs)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Each polynomial as text: its outputs, and its edges.

        Raises
        ------
        InvalidInput
            If `fit` was not called.
        """
        self._check_fitted()
        return np.array([str(H) for H in self.polynomials_], dtype=object)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters, by name."""
        return {name: getattr(self, name) for name in _names()}

    def set_params(self, **params: Any) -> PolynomialFeatures:
        """Change parameters.

        Raises
        ------
        InvalidInput
            If there is no such parameter.
        """
        for name, value in params.items():
            if name not in _names():
                raise InvalidInput(f"{name} must be one of {', '.join(_names())}, got {name!r}")
            setattr(self, name, value)
        return self

    def _check_fitted(self) -> None:
        if not hasattr(self, "polynomials_"):
            raise InvalidInput("fit must be called before transform, got an unfitted PolynomialFeatures")

    def __repr__(self) -> str:
        default = inspect.signature(type(self)).parameters
        changed = [f"{name}={value!r}" for name, value in self.get_params().items() if value != default[name].default]
        return f"PolynomialFeatures({', '.join(changed)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "polynomials_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(),
            input_tags=InputTags(two_d_array=False),
            no_validation=True,
            requires_fit=True,
        )


def _names() -> list[str]:
    return list(inspect.signature(PolynomialFeatures).parameters)
