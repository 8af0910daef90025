"""A naive solver of each core problem, as a third party writes it: the public surface and the docs, nothing else."""

from __future__ import annotations

import itertools

import numpy as np

import porism
from porism import Claims
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
from porism.problems.approx_hamming_distances import author as approximate
from porism.problems.count_3sum import author as counting
from porism.problems.dynamic_submodular_maximization import author as dynamic
from porism.problems.hamming_distances import author as hamming
from porism.problems.k_fold_sumset import author as k_fold
from porism.problems.k_medoids import author as medoids
from porism.problems.k_mismatch import author as mismatch
from porism.problems.medoid_silhouette import author as silhouette
from porism.problems.p_median import author as median
from porism.problems.submodular_maximization import author as submodular
from porism.problems.subset_sum import author as subset
from porism.problems.sumset import author as sums
from porism.problems.sumset_counts import author as counts

SAME = Claims(deterministic=True)


@porism.solver(count_3sum.count_3sum, "all-pairs", claims=SAME)
def all_pairs(a, b, n_targets, *, rng=None):
    """Add up every pair."""
    call = counting.checked(a, b, n_targets, rng=rng)
    found = [0] * call.n_targets
    for x in call.a.tolist():
        for y in call.b.tolist():
            if 0 <= x + y < call.n_targets:
                found[x + y] += 1
    return counting.outcome(call, found, "all-pairs")


@porism.solver(subset_sum.subset_sum, "set-of-totals", claims=Claims(deterministic=True, exact=True))
def set_of_totals(items, target, *, rng=None):
    """Keep all totals that items make so far."""
    call = subset.checked(items, target, rng=rng)
    reachable = np.zeros(call.target + 1, dtype=bool)
    reachable[0] = True
    for item in call.items.tolist():
        if item <= call.target:
            reachable[item:] |= reachable[: len(reachable) - item].copy()
    return subset.outcome(call, reachable)


@porism.solver(sumset.sumset, "outer", claims=SAME)
def outer(a, b=None, *, difference=False, lo=None, hi=None, duplicates="reject", rng=None):
    """Write down all sums and sort them."""
    call = sums.checked(a, b, difference=difference, lo=lo, hi=hi, duplicates=duplicates, rng=rng)
    table = np.subtract.outer(call.a, call.b) if call.difference else np.add.outer(call.a, call.b)
    found = np.unique(table)
    return sums.outcome(call, found[call.within(found)], "outer")


@porism.solver(sumset_counts.sumset_counts, "dictionary", claims=SAME)
def dictionary(
    a,
    b=None,
    *,
    weights_a=None,
    weights_b=None,
    difference=False,
    lo=None,
    hi=None,
    duplicates="reject",
    rng=None,
):
    """Count every pair in a dictionary."""
    call = counts.checked(
        a,
        b,
        weights_a=weights_a,
        weights_b=weights_b,
        difference=difference,
        lo=lo,
        hi=hi,
        duplicates=duplicates,
        rng=rng,
    )
    found = {}
    for x, w in zip(call.a.tolist(), call.weights_a.tolist(), strict=True):
        for y, v in zip(call.b.tolist(), call.weights_b.tolist(), strict=True):
            total = x - y if call.difference else x + y
            found[total] = found.get(total, 0) + w * v
    kept = sorted(z for z in found if (call.lo is None or z >= call.lo) and (call.hi is None or z < call.hi))
    return counts.outcome(call, kept, [found[z] for z in kept], "dictionary")


@porism.solver(k_fold_sumset.k_fold_sumset, "again-and-again", claims=SAME)
def again_and_again(a, k, *, modulus=None, hi=None, duplicates="reject", rng=None):
    """Add the set k times; of residues as often as it takes until one more element adds nothing."""
    call = k_fold.checked(a, k, modulus=modulus, hi=hi, duplicates=duplicates, rng=rng)
    values, m = call.a.tolist(), call.modulus
    found = {0}
    for done in range(call.k):
        more = {x + y if m is None else (x + y) % m for x in found for y in values}
        if m is not None and values and len(more) == len(found):
            found = {(x + (call.k - done) * values[0]) % m for x in found}
            break
        found = more
    return k_fold.outcome(call, sorted(z for z in found if call.hi is None or z < call.hi), "again-and-again")


@porism.solver(hamming_distances.hamming_distances, "every-shift", claims=SAME)
def every_shift(text, pattern=None, *, mode="valid", wildcard=None, alphabet=None):
    """Compare at every shift."""
    call = hamming.checked(text, pattern, mode=mode, wildcard=wildcard, alphabet=alphabet)
    rows = [call.compare(*call.aligned(shift)) for shift in call.shifts]
    return hamming.outcome(call, [row[0] for row in rows], [row[1] for row in rows])


@porism.solver(k_mismatch.k_mismatch, "every-place", claims=SAME)
def every_place(text, pattern=None, k=None):
    """Compare at every place."""
    call = mismatch.checked(text, pattern, k)
    windows = np.lib.stride_tricks.sliding_window_view(call.text, len(call.pattern))
    distances = (windows != call.pattern).sum(axis=1)
    places = np.flatnonzero(distances <= call.k)
    return mismatch.outcome(call, places, distances[places])


@porism.solver(approx_hamming_distances.approx_hamming_distances, "exactly", claims=SAME)
def exactly(text, pattern, *, epsilon=0.1, failure_probability=1e-3, rng=None):
    """Take the distances themselves for estimates."""
    call = approximate.checked(text, pattern, epsilon=epsilon, failure_probability=failure_probability, rng=rng)
    windows = np.lib.stride_tricks.sliding_window_view(call.text, len(call.pattern))
    distances = (windows != call.pattern).sum(axis=1)
    return approximate.outcome(call, distances, lower_bounds=distances)


@porism.solver(k_medoids.k_medoids, "first-of-all", claims=SAME)
def first_of_all(X, k, *, metric="euclidean", rng=None):
    """Take the first k objects as medoids."""
    call = medoids.checked(X, k, metric=metric, rng=rng)
    return medoids.outcome(call, np.arange(call.k))


@porism.solver(medoid_silhouette.medoid_silhouette_problem, "best-of-ten")
def best_of_ten(X, k, *, metric="euclidean", rng=None):
    """Draw medoids ten times, and keep the best."""
    call = silhouette.checked(X, k, metric=metric, rng=rng)
    drawn = [call.rng.permutation(len(call.D))[: call.k] for _ in range(10)]
    return silhouette.outcome(call, max(drawn, key=lambda chosen: silhouette.score(call, chosen)))


@porism.solver(p_median.p_median, "all-choices", claims=SAME)
def all_choices(costs, p, *, rng=None):
    """Try every choice of sites."""
    call = median.checked(costs, p, rng=rng)
    best = min(itertools.combinations(range(call.costs.shape[1]), call.p), key=call.cost)
    return median.outcome(call, best, proven=True)


@porism.solver(submodular_maximization.submodular_maximization, "plain-greedy", claims=SAME)
def plain_greedy(objective, k, *, initial=(), candidates=None, rng=None):
    """Add the item that gains most."""
    call = submodular.checked(objective, k, initial=initial, candidates=candidates, rng=rng)
    chosen, gains, left = list(call.initial), [], list(call.candidates)
    value = call.oracle.value(chosen)
    while left and len(gains) < call.k:
        item = max(left, key=lambda item: (call.oracle.value([*chosen, item]), -item))
        after = call.oracle.value([*chosen, item])
        chosen.append(item)
        left.remove(item)
        gains.append(after - value)
        value = after
    return submodular.outcome(call, chosen[len(call.initial) :], gains, value)


class Greedy(dynamic.Remembering):
    """Greedy anew at every reading."""

    def choose(self, items):
        chosen = []
        left = sorted(items)
        while left and len(chosen) < self.k:
            best = max(left, key=lambda item: (self.ask([*chosen, item]), -item))
            chosen.append(best)
            left.remove(best)
        return chosen


@porism.solver(dynamic_submodular_maximization.dynamic_submodular_maximization, "greedy-anew", claims=SAME)
def greedy_anew(objective, k, *, items=(), window=None, rng=None):
    """Choose when asked."""
    call = dynamic.checked(objective, k, items=items, window=window, rng=rng)
    selector = Greedy(call.objective, call.k, call.window)
    selector.insert_many(call.items)
    return selector


SOLVERS = (
    all_choices,
    all_pairs,
    again_and_again,
    best_of_ten,
    dictionary,
    every_place,
    every_shift,
    exactly,
    first_of_all,
    greedy_anew,
    outer,
    plain_greedy,
    set_of_totals,
)

PORISM_API = 1


@porism.hookimpl
def porism_register(registry):
    """Add everything."""
    registry.add(*SOLVERS)
