"""What `porism bench spherical-product` measures: many pairs of small degrees, and a few of large ones.

The size is the degree of both operands; the outcome has all of its degrees. The peer is e3nn-jax's tensor product as
its users would put it to this job in the best form: compiled, vectorised over the pairs, restricted to the paths that a
Gaunt product has, and those of one outcome degree added up with the factors that make it one. It could weigh every path
apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from porism.bench import Limit, Peer, Task, Workload
from porism_transforms.spherical_product.problem import SphericalProduct

__all__ = ["WORKLOADS"]

PAIRS = 10_000
FEW = 32


def maker(items: int, dtype: Any) -> Callable[[int, int], Task]:
    """A task of so many pairs."""

    def make(size: int, seed: int) -> Task:
        rng = np.random.default_rng(seed)
        x1, x2 = (rng.normal(size=(items, (size + 1) ** 2)).astype(dtype) for _ in range(2))
        facts = {"weights": np.random.default_rng([seed, 1]).normal(size=(2 * size + 1) ** 2)}
        return Task(args=(x1, x2), facts=facts)

    return make


def functional(task: Task, value: Any) -> float:
    """The outcomes times random weights, summed over the pairs with weights too."""
    coefficients = value.coefficients if isinstance(value, SphericalProduct) else np.asarray(value)
    weights = np.cos(np.arange(len(coefficients)))
    return float(weights @ (coefficients.astype(np.float64) @ task.facts["weights"]))


def moved(task: Task, value: Any) -> Limit | None:
    """Operands are read once and outcomes written once."""
    if not isinstance(value, SphericalProduct):
        return None
    nbytes = float(sum(x.nbytes for x in task.args) + value.coefficients.nbytes)
    return Limit(what="reading the operands and writing the outcomes", nbytes=nbytes)


def e3nn_start(task: Task) -> Callable[[], Any]:
    """e3nn-jax, compiled: its full tensor product, contracted with the square roots that make a Gaunt product of it."""
    import e3nn_jax as e3nn
    import jax
    from jax import numpy as jnp

    lmax = math.isqrt(task.args[0].shape[1]) - 1
    irreps = e3nn.s2_irreps(lmax)
    factors = _factors(lmax)

    kept = [irrep for _, irrep in e3nn.s2_irreps(2 * lmax)]  # natural parity: the paths of a Gaunt product, no others

    def one(a: Any, b: Any) -> Any:
        product = e3nn.tensor_product(
            e3nn.IrrepsArray(irreps, a),
            e3nn.IrrepsArray(irreps, b),
            filter_ir_out=kept,
            irrep_normalization="none",
            regroup_output=False,
        )
        made: list[Any] = [0.0] * (2 * lmax + 1)
        for (_, irrep), chunk, factor in zip(product.irreps, product.chunks, factors, strict=True):
            made[irrep.l] = made[irrep.l] + factor * chunk[0]
        return jnp.concatenate(made)

    compiled = jax.jit(jax.vmap(one))
    x1, x2 = (jnp.asarray(x) for x in task.args)
    compiled(x1, x2).block_until_ready()
    return lambda: np.asarray(compiled(x1, x2))


def _factors(lmax: int) -> list[float]:
    """What each path of e3nn's product counts in a Gaunt product: the two tables differ by a factor only."""
    import e3nn_jax as e3nn

    from porism_transforms.spherical_product.functions import gaunt_coefficients

    found: list[tuple[int, float]] = []
    for l1 in range(lmax + 1):
        for l2 in range(lmax + 1):
            for l3 in range(abs(l1 - l2), l1 + l2 + 1, 2):
                block = gaunt_coefficients(l1, l2, l3)
                other = np.asarray(e3nn.clebsch_gordan(l1, l2, l3), dtype=np.float64)
                found.append((l3, float((block * other).sum() / (other * other).sum())))
    found.sort(key=lambda path: path[0])  # e3nn sorts its outputs by degree, of equals in the order of the paths
    return [factor for _, factor in found]


def memory(size: int) -> int:
    """Operands, outcomes and values of all pairs, the tables, and what the libraries are themselves."""
    return 400_000_000 + PAIRS * 60 * (2 * size + 1) ** 2


SOLVERS = ("gaunt-grid", "gaunt-fourier")
INSTALL = "porism-transforms[bench]"

PEERS = (
    Peer(
        name="e3nn-jax",
        form="tensor_product, compiled, paths of a Gaunt product only",
        of=SOLVERS,
        start=e3nn_start,
        distributions=("e3nn-jax",),
        install=INSTALL,
        note="could weigh every path apart, and has paths of odd sum: it can do more",
    ),
)

WORKLOADS = (
    Workload(
        name="pairs",
        summary=f"{PAIRS} pairs in single precision; the size is the degree of both operands",
        sizes=(1, 2, 4, 6),
        make=maker(PAIRS, np.float32),
        check=functional,
        check_name="functional",
        tolerance=2e-3,
        memory=memory,
        limit=moved,
        peers=PEERS,
        largest={"gaunt-direct": 4, "e3nn-jax": 6},
    ),
    Workload(
        name="large",
        summary=f"{FEW} pairs in double precision; the size is the degree of both operands",
        sizes=(8, 16, 32, 64, 128),
        make=maker(FEW, np.float64),
        check=functional,
        check_name="functional",
        tolerance=1e-8,
        memory=lambda size: 400_000_000 + 200 * size**3,
        limit=moved,
        largest={"gaunt-direct": 16},
    ),
)
