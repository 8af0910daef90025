"""What `porism bench sparse-walsh-hadamard` measures: K coefficients at random places of 30 variables, without noise.

The peer is the sparse transform of the paper's group in its maintained form, over the binary alphabet. It takes its
samples through a signal class; the function is the same compiled one for all, so that what differs is the transform.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from porism.bench import Peer, Task, Workload
from porism.kernels import transform
from porism_transforms.sparse_walsh_hadamard.problem import SparseWHTResult

__all__ = ["WORKLOADS", "Signal", "sparse_transform_start", "spectrum"]

VARIABLES = 30
INSTALL = "porism-transforms[bench]"


class Signal:
    """A function with a known spectrum.

    Parameters
    ----------
    support, coefficients : arrays
        The spectrum.
    sigma : float
        Standard deviation of noise.
    seed : int
        Of the noise.
    """

    def __init__(
        self,
        support: npt.NDArray[np.uint64],
        coefficients: npt.NDArray[np.float64],
        sigma: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.support, self.coefficients, self.sigma = support, coefficients, sigma
        self.rng = np.random.default_rng(seed)

    def __call__(self, X: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
        """The function at some points."""
        values = transform.evaluate_spectrum(self.support, self.coefficients, X)
        return values + self.sigma * self.rng.standard_normal(len(X)) if self.sigma else values


def spectrum(n: int, K: int, seed: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64]]:
    """K coefficients ±1 at random places."""
    rng = np.random.default_rng([seed, n, K])
    support = np.unique(rng.integers(0, 1 << n, 2 * K + 8, dtype=np.uint64))
    support = np.sort(rng.permutation(support)[:K])
    return support, rng.choice([-1.0, 1.0], K)


def make(size: int, seed: int) -> Task:
    """`size` coefficients of 30 variables."""
    support, coefficients = spectrum(VARIABLES, size, seed)
    return Task(args=(Signal(support, coefficients), VARIABLES), options={"K": size, "rng": seed})


def fingerprint(task: Task, value: Any) -> str:
    """The places that were found, and their coefficients to six digits."""
    if isinstance(value, SparseWHTResult):
        found = dict(zip(value.support.tolist(), value.coefficients.tolist(), strict=True))
    else:
        found = value
    f = task.args[0]
    expected = dict(zip(f.support.tolist(), f.coefficients.tolist(), strict=True))
    right = found.keys() == expected.keys() and all(abs(found[k] - v) < 1e-6 for k, v in expected.items())
    return "recovered" if right else f"{len(found.keys() & expected.keys())} of {len(expected)}"


def sparse_transform_start(n_repeat: int = 1, noise: float = 0.0) -> Callable[[Task], Callable[[], Any]]:
    """Calls sparse-transform with as many bins and stages as our solvers begin with, and random matrices as they.

    Parameters
    ----------
    n_repeat : int
        Chains of offsets. 1 reads signs as the noiseless transform does.
    noise : float
        Standard deviation of noise that it is told of.
    """

    def start(task: Task) -> Callable[[], dict[int, float]]:
        from sparse_transform.qsft.qsft import transform as peer
        from sparse_transform.qsft.signals.input_signal_subsampled import SubsampledSignal

        f, n = task.args
        b = max(2, int(np.ceil(np.log2(task.options["K"]))) + 1)
        weights = np.uint64(1) << np.arange(n, dtype=np.uint64)
        channel = "identity" if n_repeat == 1 else "nso"
        query = {
            "query_method": "complex",
            "num_subsample": 3,
            "delays_method_source": "identity",
            "subsampling_method": "qsft",
            "delays_method_channel": channel,
            "num_repeat": n_repeat,
            "b": b,
        }

        def function(points: Any) -> Any:
            return f(np.asarray(points).astype(np.uint64) @ weights)

        def call() -> dict[int, float]:
            np.random.seed(task.options["rng"])  # noqa: NPY002 - the peer draws from the global state
            signal = SubsampledSignal(func=function, n=n, q=2, query_args={**query, "method": "complex"})
            found = peer(
                signal,
                reconstruct_method_source="identity",
                reconstruct_method_channel="identity" if n_repeat == 1 else "nso-soft",
                b=b,
                num_subsample=3,
                num_repeat=n_repeat,
                noise_sd=noise,
                peeling_method="single-detect" if noise == 0 else "multi-detect",
            )
            return {sum(1 << i for i, one in enumerate(k) if one): float(np.real(v)) for k, v in found.items()}

        return call

    return start


WORKLOADS = (
    Workload(
        name="random-support",
        summary=f"K coefficients ±1 of {VARIABLES} variables, at random places, no noise",
        sizes=(64, 256, 1024),
        make=make,
        check=fingerprint,
        check_name="support",
        memory=lambda size: 600_000_000 + 400_000 * size,
        unit="K",
        solvers=("spright-nso", "spright-so", "sparse-fht"),
        largest={"sparse-transform": 1024},
        peers=(
            Peer(
                name="sparse-transform",
                form="noiseless, random matrices",
                of=("spright-nso", "spright-so", "sparse-fht"),
                start=sparse_transform_start(),
                distributions=("sparse-transform",),
                install=INSTALL,
            ),
        ),
    ),
)
