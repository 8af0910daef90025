"""Porism's own problems, a folder each. They register through the same hook as every plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from porism._plugins import hookimpl

if TYPE_CHECKING:
    from porism._staging import Staging

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add every problem of porism with its solvers."""
    from porism.problems import (
        dynamic_submodular_maximization,
        k_medoids,
        medoid_silhouette,
        p_median,
        submodular_maximization,
    )

    registry.add(k_medoids.k_medoids, *k_medoids.SOLVERS)
    registry.add(medoid_silhouette.medoid_silhouette_problem, *medoid_silhouette.SOLVERS)
    registry.add(p_median.p_median, *p_median.SOLVERS)
    registry.add(submodular_maximization.submodular_maximization, *submodular_maximization.SOLVERS)
    dynamic = dynamic_submodular_maximization
    registry.add(dynamic.dynamic_submodular_maximization, *dynamic.SOLVERS)
