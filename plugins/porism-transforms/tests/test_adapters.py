"""The adapters for JAX and PyTorch: values and gradients against sums of products that are traced through."""

from __future__ import annotations

import numpy as np
import pytest

import porism
from porism_transforms import LongConv

RNG = np.random.default_rng(0)
CASES = [("causal", 40, 40), ("causal", 900, 9), ("full", 20, 31), ("same", 30, 12), ("circular", 16, 40)]


def inputs(mode, length, taps):
    u, k = RNG.standard_normal((2, 3, length)), RNG.standard_normal((3, taps))
    n = length + taps - 1 if mode == "full" else length
    options = {"pre_gate": RNG.standard_normal(u.shape), "post_gate": RNG.standard_normal((2, 3, n))}
    if mode != "full":
        options["skip"] = RNG.standard_normal(3)
    return {"u": u, "k": k, **options}


def toeplitz(mode, length, taps):
    """T with y[n] = sum over m, j of T[n, m, j] u[m] k[j]."""
    n = length + taps - 1
    whole = np.zeros((n, length, taps))
    for j in range(taps):
        whole[np.arange(length) + j, np.arange(length), j] = 1
    if mode == "circular":
        return np.array([whole[i::length].sum(axis=0) for i in range(length)])
    start = (taps - 1) // 2 if mode == "same" else 0
    return whole[start : start + (n if mode == "full" else length)]


def reference(xp, T, u, k, pre_gate, post_gate, skip=None):
    y = post_gate * xp.einsum("nmj,bhm,hj->bhn", T, u * pre_gate, k)
    return y if skip is None else y + skip[:, None] * u


def product_reference(xp, first, second, X):
    (k, _, p), (ours, s, r) = first.shape, second.shape
    z = xp.einsum("iqp,nip->nqi", first, X.reshape(-1, k, p)).reshape(-1, ours, r)
    return xp.einsum("bsr,nbr->nsb", second, z).reshape(len(X), s * ours)


@pytest.fixture
def jax():
    found = pytest.importorskip("jax")
    with found.enable_x64(True) if hasattr(found, "enable_x64") else found.experimental.enable_x64():
        yield found


@pytest.mark.parametrize(("mode", "length", "taps"), CASES)
def test_jax_gradients(jax, mode, length, taps):
    from porism_transforms.jax import long_conv

    given, T = inputs(mode, length, taps), toeplitz(mode, length, taps)
    names = list(given)

    def ours(*arrays):
        named = dict(zip(names, arrays, strict=True))
        return (long_conv(named.pop("u"), named.pop("k"), mode=mode, **named) ** 2).sum()

    def theirs(*arrays):
        return (reference(jax.numpy, T, **dict(zip(names, arrays, strict=True))) ** 2).sum()

    every = tuple(range(len(names)))
    arrays = [jax.numpy.asarray(a) for a in given.values()]
    found = jax.jit(jax.value_and_grad(ours, every))(*arrays)
    wanted = jax.value_and_grad(theirs, every)(*arrays)
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-10)
    for name, one, other in zip(names, found[1], wanted[1], strict=True):
        scale = float(np.abs(other).max())
        np.testing.assert_allclose(one, other, atol=1e-10 * scale, err_msg=name)


def test_jax_keeps_single_precision_and_maps(jax):
    from porism_transforms.jax import long_conv

    u, k = (jax.numpy.asarray(RNG.standard_normal(shape), "float32") for shape in ((4, 2, 2, 50), (2, 50)))
    y = jax.vmap(lambda one: long_conv(one, k))(u)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y[2], long_conv(u[2], k), atol=1e-5)


def test_jax_monarch_gradients(jax):
    from porism_transforms.jax import monarch_product

    arrays = [jax.numpy.asarray(RNG.standard_normal(s)) for s in ((6, 4, 5), (3, 7, 8), (9, 30))]
    for which in (0, 1, 2):
        ours = jax.jit(jax.grad(lambda *a: (monarch_product(*a) ** 2).sum(), which))(*arrays)
        theirs = jax.grad(lambda *a: (product_reference(jax.numpy, *a) ** 2).sum(), which)(*arrays)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize(("mode", "length", "taps"), CASES)
def test_torch_gradients(mode, length, taps):
    torch = pytest.importorskip("torch")
    from porism_transforms.torch import long_conv

    given = {name: torch.tensor(a, requires_grad=True) for name, a in inputs(mode, length, taps).items()}
    T = torch.tensor(toeplitz(mode, length, taps))
    named = dict(given)
    found = torch.autograd.grad(
        (long_conv(named.pop("u"), named.pop("k"), mode=mode, **named) ** 2).sum(), list(given.values())
    )
    wanted = torch.autograd.grad((reference(torch, T, **given) ** 2).sum(), list(given.values()))
    for name, one, other in zip(given, found, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10 * float(other.abs().max()), err_msg=name)


def test_torch_monarch_gradients():
    torch = pytest.importorskip("torch")
    from porism_transforms.torch import monarch_product

    arrays = [torch.tensor(RNG.standard_normal(s), requires_grad=True) for s in ((6, 4, 5), (3, 7, 8), (9, 30))]
    found = torch.autograd.grad((monarch_product(*arrays) ** 2).sum(), arrays)
    wanted = torch.autograd.grad((product_reference(torch, *arrays) ** 2).sum(), arrays)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-8)


# -- spectra, complex numbers, blocks of frequencies -------------------------------------------------------------------


def cyclic_reference(xp, u, k, pre_gate, post_gate, skip, n):
    """The first numbers of a product of transforms of n points, for any kind of numbers."""
    wrapped = sum(xp.fft.fft(k[:, at : at + n], n=n) for at in range(0, k.shape[1], n))
    y = xp.fft.ifft(xp.fft.fft(u * pre_gate, n=n) * wrapped)[..., : u.shape[2]]
    return post_gate * (y if "complex" in str(u.dtype) else y.real) + skip[:, None] * u


def spectral_reference(xp, u, k_f, n):
    return xp.fft.irfft(xp.fft.rfft(u, n=n) * k_f, n=n)[..., : u.shape[2]]


def masked_reference(xp, u, k, mask):
    n = len(mask)
    return xp.fft.ifft(xp.fft.fft(u, n=n) * xp.fft.fft(k, n=n) * xp.asarray(mask))[..., : u.shape[2]].real


def complex_inputs():
    shapes = {"u": (2, 3, 16), "k": (3, 40), "pre_gate": (2, 3, 16), "post_gate": (2, 3, 16), "skip": (3,)}
    return {name: RNG.standard_normal(s) + 1j * RNG.standard_normal(s) for name, s in shapes.items()}


def cases(xp, kind):
    """Arguments, our function of them and one that is traced through."""
    if kind == "jax":
        from porism_transforms.jax import frequency_sparse_conv, long_conv
    else:
        from porism_transforms.torch import frequency_sparse_conv, long_conv
    names = list(complex_inputs())

    def weighed(y):
        weights = xp.asarray(np.cos(np.arange(y.shape[0] * y.shape[1] * y.shape[2])).reshape(tuple(y.shape)))
        return (weights * (abs(y) ** 2 if "complex" in str(y.dtype) else y**2)).sum()

    def named(arrays):
        return dict(zip(names, arrays, strict=True))

    for size in (16, 29):
        yield (
            list(complex_inputs().values()),
            lambda *a, n=size: weighed(long_conv(mode="circular", fft_size=n, **named(a))),
            lambda *a, n=size: weighed(cyclic_reference(xp, **named(a), n=n)),
        )
    u, k = RNG.standard_normal((2, 3, 20)), RNG.standard_normal((3, 20))
    for mode, size in (("causal", 40), ("circular", 40), ("circular", 20)):
        yield (
            [u, np.fft.rfft(k, size)],
            lambda u, k_f, mode=mode, n=size: weighed(long_conv(u, k_f=k_f, mode=mode, fft_size=n)),
            lambda u, k_f, mode=mode, n=size: weighed(
                spectral_reference(
                    xp, u, xp.fft.rfft(xp.fft.irfft(k_f, n=n)[:, : n if mode == "circular" else 21], n=n), n
                )
            ),
        )
    for symmetric in (False, True):
        options = {"factors": (2, 16, 16), "keep": (1, 16, 3), "symmetric": symmetric}
        mask = LongConv(300, 1, kernel_len=213, **options).mask
        yield (
            [RNG.standard_normal((2, 3, 300)), RNG.standard_normal((3, 213))],
            lambda u, k, options=options: weighed(frequency_sparse_conv(u, k, **options)),
            lambda u, k, mask=mask: weighed(masked_reference(xp, u, k, mask)),
        )


def test_jax_gradients_of_spectra_complex_numbers_and_blocks(jax):
    for arguments, ours, theirs in cases(jax.numpy, "jax"):
        every = tuple(range(len(arguments)))
        arrays = [jax.numpy.asarray(a) for a in arguments]
        found = jax.jit(jax.value_and_grad(ours, every))(*arrays)
        wanted = jax.value_and_grad(theirs, every)(*arrays)
        np.testing.assert_allclose(found[0], wanted[0], rtol=1e-10)
        for one, other in zip(found[1], wanted[1], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-10 * float(np.abs(other).max()))


def test_torch_gradients_of_spectra_complex_numbers_and_blocks():
    torch = pytest.importorskip("torch")
    for arguments, ours, theirs in cases(torch, "torch"):
        given = [torch.tensor(a, requires_grad=True) for a in arguments]
        found = torch.autograd.grad(ours(*given), given)
        wanted = torch.autograd.grad(theirs(*given), given)
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-10 * float(other.abs().max()))


def test_adapters_refuse_what_the_problem_refuses(jax):
    from porism_transforms.jax import long_conv

    u = jax.numpy.ones((1, 1, 5))
    for options, message in (
        ({"k": u[0], "k_f": u[0]}, "k must be given, or k_f, got both"),
        ({"k_f": u[0]}, "fft_size must be given for spectra"),
        ({"k_f": u[0], "fft_size": 9, "mode": "same"}, "k must be given in mode 'same'"),
        ({}, "k must be given, or k_f, got neither"),
    ):
        with pytest.raises(porism.InvalidInput, match=message):
            long_conv(u, **options)


def test_a_torch_layer_learns_a_filter():
    torch = pytest.importorskip("torch")
    from porism_transforms.torch import LongConvolution

    torch.manual_seed(0)
    layer = LongConvolution(2, 30)
    assert str(layer) == "LongConvolution(channels=2, taps=30, mode='causal')"
    assert [name for name, _ in layer.named_parameters()] == ["k", "skip"]
    u, wanted = torch.randn(4, 2, 200), LongConvolution(2, 30)
    target = wanted(u).detach()
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.03)
    for _ in range(150):
        optimiser.zero_grad()
        loss = ((layer(u) - target) ** 2).mean()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 0.01 * float((target**2).mean())
    with pytest.raises(porism.InvalidInput, match="taps must be"):
        LongConvolution(2, 0)
