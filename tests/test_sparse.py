"""Sparse matrices in results and instances: equality, repr, JSON, npz, counter-examples as code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import porism
from porism._data import to_json, write_result
from porism._sparse import is_sparse, same_entries
from porism.conformance import Instance
from porism.conformance._general import _same

FORMATS = ("csr", "csc", "coo", "lil", "dok", "dia", "bsr")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sparse(porism.Result):
    scores: Any
    size: int = 1


def matrix(values: tuple[float, ...] = (0.5, np.nan, 2.0)) -> sparse.csr_array:
    return sparse.csr_array((np.array(values), ([0, 1, 1], [2, 0, 1])), shape=(2, 3))


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_recognised_and_equal_to_itself(format):
    made = matrix().asformat(format)
    assert is_sparse(made)
    assert Sparse(made) == Sparse(made.copy())


@pytest.mark.parametrize("other", [np.zeros((2, 3)), [1], None, "csr", sparse])
def test_other_things_are_not_sparse(other):
    assert not is_sparse(other)
    assert Sparse(matrix()) != Sparse(other)
    assert Sparse(other) != Sparse(matrix())


@pytest.mark.parametrize(
    "other",
    [
        matrix((0.5, np.nan, 2.5)),
        matrix((0.5, 1.0, 2.0)),
        matrix().tocsc(),
        matrix().astype(np.float32),
        sparse.csr_array((matrix().data, matrix().indices, matrix().indptr), shape=(2, 4)),
        sparse.csr_array((np.array([0.5, np.nan, 2.0]), ([0, 1, 1], [1, 0, 1])), shape=(2, 3)),
    ],
)
def test_results_differ_where_anything_stored_differs(other):
    assert Sparse(matrix()) != Sparse(other)
    assert not _same(matrix(), other)


def test_repr_is_short():
    assert repr(Sparse(matrix())) == "Sparse(scores=float64[2, 3](3 stored), size=1)"


def test_json_and_npz(tmp_path):
    result = Sparse(matrix())
    scores = json.loads(to_json(result))["scores"]
    assert scores == {"shape": [2, 3], "data": [0.5, None, 2.0], "row": [0, 1, 1], "col": [2, 0, 1]}
    write_result(result, tmp_path / "r.npz")
    with np.load(tmp_path / "r.npz", allow_pickle=False) as saved:
        parts = saved["scores_data"], saved["scores_indices"], saved["scores_indptr"]
        assert Sparse(sparse.csr_array(parts, shape=tuple(saved["scores_shape"]))) == result
        assert saved["size"] == 1


@pytest.mark.parametrize("kind", [f"{format}_{suffix}" for format in FORMATS for suffix in ("array", "matrix")])
def test_counter_examples_reproduce_the_stored_entries(kind):
    made = getattr(sparse, kind)(matrix((0.5, 1.0, 2.0)))
    statements, call = Instance((made, 3)).code(("A", "k"))
    scope: dict[str, Any] = {"np": np}
    exec("\n".join(statements), scope)
    assert call == "A, 3"
    assert type(scope["A"]) is type(made)
    assert same_entries(scope["A"], made)


def test_counter_examples_keep_duplicates_and_explicit_zeros():
    made = sparse.coo_array((np.array([1.0, 2.0, 0.0]), ([0, 0, 1], [1, 1, 2])), shape=(3, 3))
    for format in ("coo", "csr"):
        raw = made if format == "coo" else sparse.csr_array((made.data, [1, 1, 2], [0, 2, 3, 3]), shape=(3, 3))
        raw.data.flags.writeable = False
        scope: dict[str, Any] = {"np": np}
        exec("\n".join(Instance((raw,)).code(("A",))[0]), scope)
        assert scope["A"].nnz == 3
        assert same_entries(scope["A"], raw)
