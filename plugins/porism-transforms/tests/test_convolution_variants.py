"""Partial and frequency-sparse convolutions: laws, mutants, gradients of sparse plans."""

from __future__ import annotations

import numpy as np
import pytest

from porism.conformance import check, parametrize
from porism_transforms import LongConv, block_conv, flash_fft_conv_sparse, masked_fft, partial_conv
from porism_transforms.frequency_sparse_convolution.laws import mask_of, masked

MUTANTS = "convolution_variants"
RNG = np.random.default_rng(0)


@parametrize(partial_conv, flash_fft_conv_sparse)
def test_law(law):
    law(examples=15)


@parametrize(block_conv, masked_fft)
def test_law_of_baselines(law):
    law(examples=6)


def test_the_solvers_that_the_mutants_are_made_from_keep_every_law(mutants):
    for right in (mutants.partial(None), mutants.sparse(None)):
        check(right, examples=15).raise_for_failures()


def test_mutant_is_caught(mutants, bug, law):
    report = check(mutants.mutant(bug), examples=60, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("keep", [(3, 16, 16), (8, 16, 5), (2, 16, 3)])
def test_gradients_of_sparse_plans(keep, symmetric):
    factors = (8, 16, 16)
    u, dy = RNG.standard_normal((2, 2, 2, 900))
    k = RNG.standard_normal((2, 300))
    plan = LongConv(900, 2, kernel_len=300, factors=factors, keep=keep, symmetric=symmetric, dtype=np.float64)
    du, dk = plan.set_kernel(k).grad(u, dy)
    mask = mask_of(factors, keep, symmetric)
    for direction in RNG.standard_normal((3, *u.shape)):
        np.testing.assert_allclose((du * direction).sum(), (dy * masked(direction, k, mask)).sum(), rtol=1e-9)
    for direction in RNG.standard_normal((3, *k.shape)):
        np.testing.assert_allclose((dk * direction).sum(), (dy * masked(u, direction, mask)).sum(), rtol=1e-9)


def test_kept_frequencies_of_the_first_digit_are_classes_and_of_the_last_a_band():
    classes = LongConv(100, 1, factors=(8, 16, 16), keep=(2, 16, 16)).mask
    assert np.flatnonzero(classes)[:6].tolist() == [0, 1, 8, 9, 16, 17]
    band = LongConv(100, 1, factors=(8, 16, 16), keep=(8, 16, 3)).mask
    assert np.flatnonzero(band).tolist() == list(range(3 * 128))


def test_products_fall_with_what_is_kept():
    u, k = np.ones((1, 1, 4096)), np.ones((1, 4000))
    factors = (2, 16, 16, 16)
    whole = flash_fft_conv_sparse(u, k, factors=factors, keep=factors).macs
    quarter = flash_fft_conv_sparse(u, k, factors=factors, keep=(1, 8, 16, 16)).macs
    first, rest = 2 * 2 * 8192, 2 * 4 * 48 * 8192
    assert whole == first + rest
    assert quarter == first // 2 + 2 * 4 * 8192 * (16 // 4 + 16 // 4 + 16 // 4)
