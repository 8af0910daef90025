"""Submodular maximization while items come and go."""

from porism.problems.dynamic_submodular_maximization._named import Named
from porism.problems.dynamic_submodular_maximization._selector import KernelSelector, restore
from porism.problems.dynamic_submodular_maximization.problem import DynamicSelector, dynamic_submodular_maximization
from porism.problems.dynamic_submodular_maximization.solvers import (
    dynamic_lmntz,
    dynamic_submodular,
    rebuild_greedy_on_hit,
    recompute_lazy_greedy,
    swap_on_insert,
)

SOLVERS = (dynamic_submodular, recompute_lazy_greedy, rebuild_greedy_on_hit, swap_on_insert, dynamic_lmntz)

__all__ = [
    "SOLVERS",
    "DynamicSelector",
    "KernelSelector",
    "Named",
    "dynamic_lmntz",
    "dynamic_submodular",
    "dynamic_submodular_maximization",
    "rebuild_greedy_on_hit",
    "recompute_lazy_greedy",
    "restore",
    "swap_on_insert",
]
