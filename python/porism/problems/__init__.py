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
        approx_hamming_distances,
        count_3sum,
        dynamic_submodular_maximization,
        hamming_distances,
        k_fold_sumset,
        k_medoids,
        k_mismatch,
        medoid_silhouette,
        p_median,
        submodular_maximization,
        subset_sum,
        sumset,
        sumset_counts,
    )

    registry.add(hamming_distances.hamming_distances, *hamming_distances.SOLVERS)
    registry.add(approx_hamming_distances.approx_hamming_distances, *approx_hamming_distances.SOLVERS)
    registry.add(k_medoids.k_medoids, *k_medoids.SOLVERS)
    registry.add(k_mismatch.k_mismatch, *k_mismatch.SOLVERS)
    registry.add(medoid_silhouette.medoid_silhouette_problem, *medoid_silhouette.SOLVERS)
    registry.add(p_median.p_median, *p_median.SOLVERS)
    registry.add(submodular_maximization.submodular_maximization, *submodular_maximization.SOLVERS)
    dynamic = dynamic_submodular_maximization
    registry.add(dynamic.dynamic_submodular_maximization, *dynamic.SOLVERS)
    registry.add(sumset.sumset, *sumset.SOLVERS)
    registry.add(sumset_counts.sumset_counts, *sumset_counts.SOLVERS)
    registry.add(k_fold_sumset.k_fold_sumset, *k_fold_sumset.SOLVERS)
    registry.add(subset_sum.subset_sum, *subset_sum.SOLVERS)
    registry.add(count_3sum.count_3sum, *count_3sum.SOLVERS)
