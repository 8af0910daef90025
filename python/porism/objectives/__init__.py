"""Submodular set functions, ready to be maximised: ``from porism import objectives``.

>>> from porism import objectives
>>> f = objectives.coverage([[0, 1, 2], [2, 3], [4]])
>>> f.value([0, 1])
4.0
>>> f.gains([0], [1, 2]).tolist()
[1.0, 1.0]

Every function of this module makes an :class:`Objective`: a function of sets of items, which are the numbers
0 … n_items-1. Data is checked whole when an objective is made. All of them are submodular (what an item adds falls as
the set grows), and monotone unless they say otherwise.

Dense arrays of float32 or float64 are read where they lie, in every later call, if they lie as the objective reads
them: leave them alone as long as it is in use, or give a copy. Whatever has to be converted is copied, and so are
sparse matrices, weights, and vectors given as ``X=``.

Solvers are in :mod:`porism.problems.submodular_maximization` and, for items that come and go,
:mod:`porism.problems.dynamic_submodular_maximization`.
"""

from porism.objectives._coverage import coverage, influence, probabilistic_coverage, weighted_coverage
from porism.objectives._errors import (
    DuplicateItem,
    InvalidObjective,
    InvalidSnapshot,
    NotMonotone,
    NotPositiveSemidefinite,
    NotSubmodular,
    OracleError,
    UnknownItem,
)
from porism.objectives._features import feature_based
from porism.objectives._objective import Objective
from porism.objectives._similarity import facility_location, graph_cut, log_det, saturated_coverage, sum_redundancy
from porism.objectives._sums import mixture, modular, python

__all__ = [
    "DuplicateItem",
    "InvalidObjective",
    "InvalidSnapshot",
    "NotMonotone",
    "NotPositiveSemidefinite",
    "NotSubmodular",
    "Objective",
    "OracleError",
    "UnknownItem",
    "coverage",
    "facility_location",
    "feature_based",
    "graph_cut",
    "influence",
    "log_det",
    "mixture",
    "modular",
    "probabilistic_coverage",
    "python",
    "saturated_coverage",
    "sum_redundancy",
    "weighted_coverage",
]
