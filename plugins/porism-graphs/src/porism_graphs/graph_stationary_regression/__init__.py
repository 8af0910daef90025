"""Learning quantities that are in equilibrium on graphs."""

from porism_graphs.graph_stationary_regression._networks import Encoder, Shape
from porism_graphs.graph_stationary_regression._sample import Batch, GraphSample
from porism_graphs.graph_stationary_regression.estimator import CGS, NotFittedError
from porism_graphs.graph_stationary_regression.problem import StationaryModel, graph_stationary_regression
from porism_graphs.graph_stationary_regression.solvers import (
    cgs,
    ignn,
    mean,
    message_passing,
    ridge_on_diffused_features,
)

__all__ = [
    "CGS",
    "Batch",
    "Encoder",
    "GraphSample",
    "NotFittedError",
    "Shape",
    "StationaryModel",
    "cgs",
    "graph_stationary_regression",
    "ignn",
    "mean",
    "message_passing",
    "ridge_on_diffused_features",
]

SOLVERS = (cgs, message_passing, ignn, ridge_on_diffused_features, mean)
