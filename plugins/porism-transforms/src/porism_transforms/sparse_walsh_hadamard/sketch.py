"""What was seen of a function: where it was asked, what it answered, and how to go on from there.

All that is drawn comes from streams of their own: the columns of each stage's matrix, the offsets, the code, the points
of verification. A design with more bins, stages or chains therefore begins with all of a smaller one, whose samples
are kept; no point of a plan is asked for twice, whatever way led to it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import zipfile
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput
from porism.kernels import transform
from porism_transforms.sparse_walsh_hadamard.oracle import Oracle

__all__ = ["Design", "Shape", "Sketch", "matrix"]

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

FORMAT = 1
"""Of a file that holds a sketch."""


def matrix(n: int, b: int, rng: np.random.Generator) -> Words:
    """B independent random words of n bits: the columns of a matrix of full rank."""
    columns: list[int] = []
    reduced: list[int] = []
    while len(columns) < b:
        word = int(rng.integers(0, 1 << n, dtype=np.uint64))
        rest = word
        for row in reduced:
            rest = min(rest, rest ^ row)
        if rest:
            reduced.append(rest)
            columns.append(word)
    return np.array(columns, dtype=np.uint64)


class Shape(NamedTuple):
    """How much is sampled: 2^b bins in each stage, and chains of offsets."""

    b: int
    n_stages: int
    n_chains: int

    def with_all_of(self, other: Shape | None) -> Shape:
        """The smallest shape that has both in it."""
        return self if other is None else Shape(*map(max, self, other))


@dataclass(frozen=True)
class Design:
    """Where a function of n bits is asked, for every shape.

    Attributes
    ----------
    n : int
        Variables.
    search : {"majority", "degree", "coded", "exhaustive"}
        How an index is read from a bin, as of the kernel.
    degree : int
        Of "degree".
    subsampling : {"random", "bits"}
        Of what kind the stages' matrices are.
    entropy : tuple of int
        What everything is drawn from.
    """

    n: int
    search: str
    degree: int
    subsampling: str
    entropy: tuple[int, ...]

    def _stream(self, *what: int) -> np.random.Generator:
        return np.random.default_rng([*self.entropy, *what])

    def _words(self, count: int, what: int) -> Words:
        return self._stream(what).integers(0, 1 << self.n, count, dtype=np.uint64)

    def plan(self, shape: Shape) -> transform.Spright:
        """The points of a shape, and how they are read."""
        b, n_stages, n_chains = shape
        if self.subsampling == "random":
            masks = np.array([matrix(self.n, b, self._stream(0, stage)) for stage in range(n_stages)])
        else:
            starts = [stage * self.n // n_stages for stage in range(n_stages)]
            slices = [[1 << (start + i) % self.n for i in range(b)] for start in starts]
            masks = np.array(slices, dtype=np.uint64)
        taps = self._taps() if self.search == "coded" else None
        return transform.Spright(self.n, masks, self._words(n_chains, 1), self.search, self.degree, taps)

    def _taps(self) -> Words:
        """2n sets of up to two of n bits, in which every bit occurs four times."""
        rng = self._stream(2)
        order = np.concatenate([rng.permutation(self.n) for _ in range(4)]).reshape(-1, 2)
        words: Words = np.bitwise_or.reduce(np.uint64(1) << order.astype(np.uint64), axis=1)
        return words

    def verification(self, count: int) -> Words:
        """Random points that no plan knows of. Those of a smaller count come first."""
        return self._words(count, 3)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sketch(porism.Result):
    """All that a sparse transform knows of its function: it can be saved, and continued.

    Attributes
    ----------
    n : int
        Variables.
    solver : str
        Which one made it.
    options : dict
        Those that the solver was last called with.
    n_evaluations : int
        How often the function was asked.
    samples : (m,) float64 array
        What it answered at the points of the design.
    checks : (verify,) float64 array
        What it answered at points of verification.
    everything : (2^n,) float64 array or None
        All of its values, where it was read whole.
    """

    n: int
    solver: str
    options: dict[str, Any]
    n_evaluations: int
    samples: Floats
    checks: Floats
    everything: Floats | None
    _design: Design
    _shape: Shape | None

    def resume(self, f: Any, **options: Any) -> Any:
        """Go on, with the same function and other options; :meth:`SparseWHTResult.resume` says more."""
        from porism_transforms.sparse_walsh_hadamard.rounds import resume

        return resume(self, f, options)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file of NumPy's format ``.npz``."""
        header = {
            "format": FORMAT,
            "n": self.n,
            "solver": self.solver,
            "options": self.options,
            "n_evaluations": self.n_evaluations,
            "design": dataclasses.asdict(self._design),
            "shape": self._shape,
        }
        arrays = {"samples": self.samples, "checks": self.checks}
        if self.everything is not None:
            arrays["everything"] = self.everything
        text = json.dumps(header)
        with open(path, "wb") as file:  # of the name that was asked for: NumPy would add an ending
            np.savez(file, header=np.array(text), **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Sketch:
        """Read what :meth:`save` has written.

        Raises
        ------
        InvalidInput
            If the file holds something else.
        """
        must = "path must be a file that a sketch was saved to"
        try:
            with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
                header = json.loads(str(file["header"]))
                arrays = {name: file[name] for name in file.files if name != "header"}
            if header["format"] != FORMAT:
                raise InvalidInput(f"{must} by this version, got one of format {header['format']!r}")
            design = Design(**{**header["design"], "entropy": tuple(header["design"]["entropy"])})
            shape = None if header["shape"] is None else Shape(*header["shape"])
            sketch = cls(
                n=header["n"],
                solver=header["solver"],
                options=header["options"],
                n_evaluations=header["n_evaluations"],
                samples=arrays["samples"],
                checks=arrays["checks"],
                everything=arrays.get("everything"),
                _design=design,
                _shape=shape,
            )
            fits = len(sketch.samples) == (0 if shape is None else design.plan(shape).n_samples)
        except (KeyError, TypeError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            if isinstance(error, InvalidInput | FileNotFoundError | IsADirectoryError | PermissionError):
                raise
            raise InvalidInput(f"{must}, got {os.fspath(path)!r}: {error}") from None
        if not fits or not all(array.dtype == np.float64 and array.ndim == 1 for array in arrays.values()):
            raise InvalidInput(f"{must}, got {os.fspath(path)!r}: its samples are not those of its design")
        return sketch

    def grown(self, shape: Shape, oracle: Oracle) -> Sketch:
        """With the samples of another shape, too, which has all of this one."""
        plan = self._design.plan(shape)
        if self._shape is None:
            samples = oracle(plan.points())
        elif shape == self._shape:
            return self
        else:
            before = self._design.plan(self._shape)
            samples = plan.joined(before, self.samples, oracle(plan.further_points(before)))
        return dataclasses.replace(self, samples=samples, _shape=shape, n_evaluations=oracle.n_evaluations)

    def verified(self, verify: int, oracle: Oracle) -> Sketch:
        """With the function at as many points of verification."""
        if verify <= len(self.checks):
            return self
        points = self._design.verification(verify)[len(self.checks) :]
        checks = np.concatenate((self.checks, oracle(points)))
        return dataclasses.replace(self, checks=checks, n_evaluations=oracle.n_evaluations)

    def completed(self, oracle: Oracle) -> Sketch:
        """With the function at all points, of which those are asked for that were not yet."""
        if self.everything is not None:
            return self
        points, values = self.points(), np.concatenate((self.samples, self.checks))
        whole = np.arange(1 << self.n, dtype=np.uint64)
        if not len(points):
            everything = oracle(whole)
        else:
            seen, first = np.unique(points, return_index=True)
            everything = np.empty(1 << self.n)
            unseen = np.ones(1 << self.n, dtype=np.bool_)
            places = seen.astype(np.int64)
            everything[places], unseen[places] = values[first], False
            everything[unseen] = oracle(whole[unseen])
        return dataclasses.replace(self, everything=everything, n_evaluations=oracle.n_evaluations)

    def missing(self) -> int:
        """How many points were not asked for."""
        return (1 << self.n) - self.n_queries()

    def points(self) -> Words:
        """All points of the design and of verification that were asked for, with repetitions."""
        sampled = np.empty(0, np.uint64) if self._shape is None else self._design.plan(self._shape).points()
        return np.concatenate((sampled, self._design.verification(len(self.checks))))

    def n_queries(self) -> int:
        """How many different points were asked for."""
        return 1 << self.n if self.everything is not None else transform.count_distinct(self.points())
