"""The problems about sums in plain Python, and the same with one plausible mistake at a time."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np

from porism import Claims, ResultOverflow, Solver
from porism._validation import as_choice, as_flag, as_integer, as_n_jobs, as_rng, check_progress
from porism.errors import InvalidInput, TooLarge
from porism.problems.count_3sum import Count3SumResult, count_3sum
from porism.problems.k_fold_sumset import k_fold_sumset
from porism.problems.subset_sum import SubsetSumResult, subset_sum
from porism.problems.subset_sum.laws import by_definition
from porism.problems.sumset import SumsetResult, sumset
from porism.problems.sumset._elements import TABLE_LIMIT, as_elements, as_weights, window
from porism.problems.sumset.solvers import as_fields, as_precision
from porism.problems.sumset_counts import SumsetCountsResult, sumset_counts

BUGS = {
    "sumset": {
        "the divisor forgets the offset": "all-pairs",
        "sums wrap": "overflow",
        "a bucket is one value if its mean is a whole number": "buckets",
        "the window is closed": "window",
        "differences are sums": "difference",
        "duplicates are merged unasked": "duplicates",
        "a tile is left when the first row is in": "saturation",
        "the larger set is cut to the size of the smaller": "commutativity",
        "the last sum is lost": "size",
    },
    "sumset-counts": {
        "overlapping fields are overwritten": "mass",
        "fields overflow into their neighbours": "fields",
        "residues wrap without a carry": "first-moment",
        "weights of b are forgotten": "weights",
        "an element of weight 0 counts as present": "all-pairs",
        "counts wrap": "overflow",
        "duplicates count once": "multisets",
        "0 is left out of the differences": "difference",
    },
    "k-fold-sumset": {
        "summands are distinct": "by-definition",
        "one sum too many": "trivial",
        "everything above the window is cut before negative elements bring it back": "window",
        "the middle is taken to be full": "large-k",
        "residues of negative numbers are negative": "modulus",
        "k is reduced like the elements": "modulus",
        "all but one residue": "cauchy-davenport",
    },
    "subset-sum": {
        "an item is used twice": "one-sided",
        "the last item is forgotten": "complete",
        "the certificate is greedy": "witness",
        "best is the target": "best",
        "says that it misses nothing": "honesty",
    },
    "count-3sum": {
        "quotients are truncated": "by-definition",
        "one layer only": "layers",
        "the two sides are shifted differently": "hamming",
        "sums wrap": "by-definition",
    },
}
"""Each mistake, and a law that catches it."""


def mutant(problem: str, bug: str | None) -> Solver[..., Any]:
    """A solver of `problem` that claims what there is to claim; correct for ``bug=None``."""
    return {
        "sumset": _sumset,
        "sumset-counts": _counts,
        "k-fold-sumset": _k_fold,
        "subset-sum": _subset_sum,
        "count-3sum": _count_3sum,
    }[problem](bug)


def _checked_sums(first: list[int], second: list[int], bug: str | None) -> None:
    for x in (min(first, default=0), max(first, default=0)):
        for y in (min(second, default=0), max(second, default=0)):
            if first and second and not -(2**63) <= x + y < 2**63 and bug != "sums wrap":
                raise ResultOverflow(f"sums reach {x + y}")


def _distinct(name: str, values: list[int], policy: str) -> list[int]:
    if policy == "reject" and len(set(values)) < len(values):
        raise InvalidInput(f"{name} must hold distinct elements, got {Counter(values).most_common(1)[0][0]} twice")
    return sorted(set(values))


def _sumset(bug: str | None) -> Solver[..., SumsetResult]:
    def solve(
        a: Any,
        b: Any = None,
        *,
        difference: bool = False,
        lo: int | None = None,
        hi: int | None = None,
        duplicates: str = "reject",
        saturation: bool = True,
        buckets: int | None = None,
        fields: Any = None,
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
    ) -> SumsetResult:
        policy = as_choice("duplicates", duplicates, ("reject", "merge"))
        as_rng(rng), as_n_jobs(n_jobs), check_progress(progress), window(lo, hi)
        as_flag("difference", difference), as_flag("saturation", saturation), as_fields(fields)
        if buckets is not None:
            as_integer("buckets", buckets, 1)
        first = as_elements("a", a).tolist()
        second = first if b is None else as_elements("b", b).tolist()
        if bug == "duplicates are merged unasked":
            policy = "merge"
        first, second = _distinct("a", first, policy), _distinct("b", second, policy)
        if difference and bug != "differences are sums":
            second = [-y for y in reversed(second)]
        _checked_sums(first, second, bug)
        if bug == "the larger set is cut to the size of the smaller":
            second = second[: len(first)]
        if bug == "a tile is left when the first row is in" and saturation:
            first = first[:1] if len(first) > 50 else first
        if len(first) * len(second) > 10**5:  # the same in NumPy
            found = np.unique(np.add.outer(np.array(first), np.array(second))).tolist()
        else:
            found = sorted({(x + y + 2**63) % 2**64 - 2**63 for x in first for y in second})
        if bug == "the divisor forgets the offset" and found:
            step = math.gcd(*(z - found[0] for z in found)) or 1
            found = [z // step * step for z in found]
        if bug == "a bucket is one value if its mean is a whole number" and buckets is not None and first and second:
            sums = [x + y for x in first for y in second]
            if sum(sums) % len(sums) == 0:
                found = [sum(sums) // len(sums)]
        if bug == "the last sum is lost" and len(first) > 1 and len(second) > 1:
            found = found[:-1]
        closed = bug == "the window is closed"
        found = [z for z in found if (lo is None or z >= lo) and (hi is None or z < hi or (closed and z == hi))]
        stats = {"rows_read": [0], "found": [len(found)], "unresolved": [1, 0]}
        return SumsetResult(len(found), "naive", None, (0, 1, 0), stats, [np.array(found, np.int64)])

    claims = Claims(
        sparse=True, saturates=True, certified_buckets=True, packed=True, deterministic=True, thread_invariant=True
    )
    return Solver(solve, sumset, "mutant", claims=claims)


def _packed(first: list[int], second: list[int], positions: int, bits: int, bug: str | None) -> Counter[int]:
    """Kronecker's substitution with Python's integers: fields, coefficients, and how they overlap."""
    low, other = first[0], second[0]
    product: Counter[int] = Counter()
    for x in first:
        for y in second:
            place = (x - low) // positions + (y - other) // positions
            product[place] += 1 << (bits * ((x - low) % positions + (y - other) % positions))
    found: Counter[int] = Counter()
    for place, coefficient in sorted(product.items()):
        for f in range(2 * positions - 1):
            count = coefficient >> (bits * f) & ((1 << bits) - 1)
            z = low + other + positions * place + f
            found[z] = count if bug == "overlapping fields are overwritten" else found[z] + count
    return found


def _counts(bug: str | None) -> Solver[..., SumsetCountsResult]:
    def solve(
        a: Any,
        b: Any = None,
        *,
        weights_a: Any = None,
        weights_b: Any = None,
        difference: bool = False,
        lo: int | None = None,
        hi: int | None = None,
        duplicates: str = "reject",
        buckets: int | None = None,
        fields: Any = None,
        precision: str | None = None,
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
    ) -> SumsetCountsResult:
        policy = as_choice("duplicates", duplicates, ("reject", "merge", "count"))
        as_rng(rng), as_n_jobs(n_jobs), check_progress(progress), window(lo, hi)
        as_flag("difference", difference), as_precision(precision)
        packed = as_fields(fields)
        if buckets is not None:
            as_integer("buckets", buckets, 1)
        first = as_elements("a", a).tolist()
        wa = as_weights("weights_a", weights_a, len(first))
        if b is None:
            if weights_b is not None:
                raise InvalidInput("weights_b must be None where b is None, got weights")
            second, wb = first, wa
        else:
            second = as_elements("b", b).tolist()
            wb = as_weights("weights_b", weights_b, len(second))
        if policy == "merge" and (wa is not None or wb is not None):
            raise InvalidInput("duplicates must be 'reject' or 'count' where there are weights, got 'merge'")
        sides: list[Counter[int]] = []
        for name, values, weights in (("a", first, wa), ("b", second, wb)):
            if policy == "reject":
                _distinct(name, values, policy)
            side: Counter[int] = Counter()
            merged = policy == "merge" or (bug == "duplicates count once" and weights is None)
            for value, weight in zip(values, [1] * len(values) if weights is None else weights.tolist(), strict=True):
                if bug == "weights of b are forgotten" and name == "b":
                    weight = min(weight, 1)
                if bug == "an element of weight 0 counts as present":
                    weight = max(weight, 1)
                side[value] = weight if merged else side[value] + weight
            sides.append(+side)
        x, y = sides
        if difference:
            y = Counter({-value: weight for value, weight in y.items()})
        _checked_sums(list(x), list(y), bug)
        if sum(x.values()) * sum(y.values()) >= 1 << 63 and bug != "counts wrap":
            raise ResultOverflow("counts may reach 2^63")
        found: Counter[int] = Counter()
        plain = set(x.values()) | set(y.values()) <= {1} and len(x) * len(y) < 10**4 and x and y
        if bug == "overlapping fields are overwritten" and plain:
            found = _packed(sorted(x), sorted(y), 3, 8, bug)
        elif bug == "fields overflow into their neighbours" and packed is not None and x and y:
            found = _packed(sorted(x), sorted(y), *packed, bug)
        elif len(x) * len(y) > 10**5:
            return _interval(sorted(x), precision)
        else:
            for value, weight in x.items():
                for other, more in y.items():
                    z = value + other
                    if bug == "residues wrap without a carry" and value % 97 + other % 97 >= 97:
                        z -= 97
                    found[z] += weight * more
        if bug == "0 is left out of the differences" and difference:
            del found[0]
        kept = sorted(z for z, c in found.items() if c and (lo is None or z >= lo) and (hi is None or z < hi))
        counts = np.array([found[z] % 2**64 for z in kept], np.uint64)
        stats = {"unresolved": [1, 0]}
        return SumsetCountsResult("naive", None, (0, 1), stats, [(np.array(kept, np.int64), counts)])

    claims = Claims(
        weighted=True,
        certified_buckets=True,
        packed=True,
        certified_fft=True,
        deterministic=True,
        thread_invariant=True,
    )
    return Solver(solve, sumset_counts, "mutant", claims=claims)


def _interval(a: list[int], precision: str | None) -> SumsetCountsResult:
    """A large interval added to itself, which is what a law asks for."""
    if precision == "f32":
        raise InvalidInput("precision: the error may be off by more than 0.5")
    n = len(a)
    counts = np.minimum(np.arange(1, 2 * n), np.arange(2 * n - 1, 0, -1)).astype(np.uint64)
    return SumsetCountsResult("naive", None, (0, 1), {}, [(np.arange(2 * n - 1) + 2 * a[0], counts)])


def _residues(values: list[int], k: int, modulus: int) -> list[int]:
    """Sums of k elements modulo a number, one summand after the other, until one adds nothing."""
    sums = {0}
    for h in range(k):
        more = {(x + y) % modulus for x in sums for y in values}
        if len(more) == len(sums) and values:
            return sorted((x + (k - h) * values[0]) % modulus for x in sums)
        sums = more
        if not sums:
            break
    return sorted(sums)


def _k_fold(bug: str | None) -> Solver[..., SumsetResult]:
    def solve(
        a: Any,
        k: int,
        *,
        modulus: int | None = None,
        hi: int | None = None,
        duplicates: str = "reject",
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
    ) -> SumsetResult:
        policy = as_choice("duplicates", duplicates, ("reject", "merge"))
        as_rng(rng), as_n_jobs(n_jobs), check_progress(progress)
        number = as_integer("k", k, 0, wide=True)
        if hi is not None:
            as_integer("hi", hi)
        values = _distinct("a", as_elements("a", a).tolist(), policy)
        if modulus is not None:
            order = as_integer("modulus", modulus, 1, 2**63 - 1)
            if bug == "k is reduced like the elements":
                number %= order
            residues = _residues(values, number, order)
            if bug == "residues of negative numbers are negative":
                residues = sorted(z - order if z and min(values, default=0) < 0 else z for z in residues)
            if bug == "all but one residue" and len(residues) == order > 1:
                residues = residues[1:]
            found = np.array([z for z in residues if hi is None or z < hi], np.int64)
            return SumsetResult(len(found), "naive", None, (0, 1, 0), {}, [found])
        if any(not -(2**63) <= number * x < 2**63 for x in values):
            raise ResultOverflow(f"{number} times {values[-1]} does not fit")
        sums = {0}
        if bug == "summands are distinct":
            sums = {sum(chosen) for chosen in combinations(values, number)}
        else:
            for _ in range(number + (bug == "one sum too many")):
                sums = {x + y for x in sums for y in values}
                if bug is not None and bug.startswith("everything above") and hi is not None:
                    sums = {z for z in sums if z < hi}
        if bug == "the middle is taken to be full" and len(sums) > 60:
            sums |= set(range(min(sums) + 30, max(sums) - 30))
        found = np.array(sorted(z for z in sums if hi is None or z < hi), np.int64)
        return SumsetResult(len(found), "naive", None, (0, 1, 0), {}, [found])

    return Solver(solve, k_fold_sumset, "mutant", claims=Claims(deterministic=True, thread_invariant=True))


def _subset_sum(bug: str | None) -> Solver[..., SubsetSumResult]:
    one_sided = bug == "says that it misses nothing"

    def solve(
        items: Any,
        target: int,
        *,
        witness: bool = False,
        rng: Any = None,
        n_jobs: int | None = None,
        progress: Any = False,
    ) -> SubsetSumResult:
        as_rng(rng), as_n_jobs(n_jobs), check_progress(progress), as_flag("witness", witness)
        values = as_elements("items", items).tolist()
        if any(x < 0 for x in values):
            raise InvalidInput(f"items must not be negative, got {min(values)}")
        top = as_integer("target", target, 0)
        if top >= 8 * TABLE_LIMIT:
            raise TooLarge(f"a table for target {top} is too large")
        used = values[:-1] if bug == "the last item is forgotten" else values
        reachable = by_definition(used + used[:1] if bug == "an item is used twice" else used, top)
        best = top if bug == "best is the target" else int(np.flatnonzero(reachable)[-1])
        chosen: list[int] = []
        if witness:
            rest = best
            if bug == "the certificate is greedy":
                for i, x in enumerate(values):
                    if 0 < x <= rest:
                        chosen.append(i)
                        rest -= x
            else:
                for i in range(len(values) - 1, -1, -1):
                    if not by_definition(values[:i], top)[rest]:
                        chosen.append(i)
                        rest -= values[i]
        padded = np.zeros(-(-(top + 1) // 64) * 8, np.uint8)
        packed = np.packbits(reachable, bitorder="little")
        padded[: len(packed)] = packed
        certificate = np.array(sorted(chosen), np.int64) if witness else None
        return SubsetSumResult(best, False, certificate, padded.view(np.uint64), top)

    claims = {"one_sided": True} if one_sided else {"exact": True, "witness": True, "deterministic": True}
    return Solver(solve, subset_sum, "mutant", claims=Claims(thread_invariant=True, **claims))


def _count_3sum(bug: str | None) -> Solver[..., Count3SumResult]:
    def solve(
        a: Any, b: Any, n_targets: int, *, rng: Any = None, n_jobs: int | None = None, progress: Any = False
    ) -> Count3SumResult:
        as_rng(rng), as_n_jobs(n_jobs), check_progress(progress)
        first, second = as_elements("a", a).tolist(), as_elements("b", b).tolist()
        n = as_integer("n_targets", n_targets, 1)
        if 8 * n > TABLE_LIMIT:
            raise TooLarge(f"counts for n_targets={n} are too large")
        counts = np.zeros(n, np.int64)
        seen: set[tuple[int, int]] = set()
        for x in first:
            for y in second:
                z = x + y
                if bug == "sums wrap":
                    z = (z + 2**63) % 2**64 - 2**63
                if bug == "quotients are truncated":
                    # Quotient and residue as C has them: towards zero, with the sign of the number.
                    q, other = int(x / n) if abs(x) < 2**50 else x // n, -y // n
                    z = n * (q - other) + (abs(x) % n - -y % n if x < 0 else x % n - -y % n)
                if bug == "one layer only":
                    place = (x % n, -y % n)
                    if place in seen:
                        continue
                    seen.add(place)
                if bug == "the two sides are shifted differently" and n > 1:
                    z += (x // n) % 2
                if 0 <= z < n:
                    counts[z] += 1
        return Count3SumResult(counts, "naive")

    return Solver(solve, count_3sum, "mutant", claims=Claims(deterministic=True, thread_invariant=True))
