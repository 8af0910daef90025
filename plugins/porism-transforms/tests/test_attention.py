"""Softmax attention: laws, mutants, tiles, and memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from porism.conformance import check, parametrize
from porism_transforms import attention_matrix, softmax_attention
from porism_transforms.attention import solvers

MUTANTS = "attention"
RNG = np.random.default_rng(0)


@parametrize(softmax_attention)
def test_law(law):
    law(examples=15)


@parametrize(attention_matrix)
def test_law_of_baselines(law):
    law(examples=5)


def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(mutants):
    check(mutants.mutant(None), examples=10).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=50, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


@pytest.mark.parametrize("causal", [True, False])
def test_panels_and_tiles_change_nothing(monkeypatch, causal):
    q, k, v = RNG.standard_normal((3, 2, 37, 6)) * 3
    exact = attention_matrix(q, k, v, n_heads=2, causal=causal)
    for panel, tile in ((1, 1), (5, 7), (8, 4), (64, 36), (36, 37)):
        monkeypatch.setattr(solvers, "PANEL", panel)
        monkeypatch.setattr(solvers, "TILE", tile)
        found = softmax_attention(q, k, v, n_heads=2, causal=causal)
        np.testing.assert_allclose(found.y, exact.y, atol=1e-12)
        np.testing.assert_allclose(found.log_weights, exact.log_weights, atol=1e-12)


def test_parts_of_a_sequence_are_put_together_by_their_weights():
    q, k, v = RNG.standard_normal((3, 1, 20, 4))
    whole = softmax_attention(q, k, v, causal=False)
    # twice the first half of the keys, and twice the second
    halves = [
        softmax_attention(q, np.tile(k[:, part], (1, 2, 1)), np.tile(v[:, part], (1, 2, 1)), causal=False)
        for part in (slice(0, 10), slice(10, 20))
    ]
    weights = np.exp([half.log_weights[0, 0] - np.log(2) - whole.log_weights[0, 0] for half in halves])
    together = sum(w[:, None] * half.y[0] for w, half in zip(weights, halves, strict=True))
    np.testing.assert_allclose(together, whole.y[0], atol=1e-12)


def test_no_matrix_of_the_length_squared_is_made():
    length = 1 << 12
    q, k, v = RNG.standard_normal((3, 1, length, 4), dtype=np.float32)
    tracemalloc.start()
    softmax_attention(q, k, v)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * length**2 / 16
