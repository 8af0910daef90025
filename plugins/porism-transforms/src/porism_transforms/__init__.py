"""Structured transforms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
SciPy and other libraries are imported by the solvers when they run, so that a look-up in the registry stays light.
"""

from porism import Staging, hookimpl
from porism_transforms._causal import CausalBasis
from porism_transforms._monarch import BlockDiagonal, MonarchMatrix
from porism_transforms._plan import ConvGradients, LongConv
from porism_transforms.attention import Attended, attention, attention_matrix, softmax_attention
from porism_transforms.frequency_sparse_convolution import (
    FrequencySparseResult,
    flash_fft_conv_sparse,
    frequency_sparse_convolution,
    masked_fft,
)
from porism_transforms.hypergraph_cut_sketch import HypergraphResult, dense_cut, hypergraph_cut_sketch, spright_cut
from porism_transforms.long_convolution import (
    LongConvolutionResult,
    direct_conv,
    flash_fft_conv,
    long_convolution,
    overlap_add,
    rfft_conv,
    scipy_fftconvolve,
)
from porism_transforms.monarch_mixer_layer import (
    MixedLayer,
    MixerParams,
    m2,
    m2_fft,
    m2_written_out,
    monarch_mixer_layer,
)
from porism_transforms.partial_convolution import (
    PartialConvolutionResult,
    block_conv,
    partial_conv,
    partial_convolution,
)
from porism_transforms.sequence_mixing import (
    MixedSequences,
    fft_convolution,
    monarch_mixer,
    sequence_mixing,
    toeplitz_direct,
)
from porism_transforms.sparse_walsh_hadamard import (
    NotSparseWarning,
    Remembered,
    Sketch,
    SparseWHTResult,
    lasso_wht,
    of_bits,
    of_sets,
    sparse_fht,
    sparse_walsh_hadamard,
    spright_ml,
    spright_nso,
    spright_so,
)
from porism_transforms.sparse_walsh_hadamard import fwht as dense_wht
from porism_transforms.spherical_product import (
    SphericalProduct,
    gaunt_direct,
    gaunt_fourier,
    gaunt_grid,
    spherical_product,
)
from porism_transforms.structured_matrix_approximation import (
    StructuredApproximation,
    block_diagonal,
    monarch_projection,
    structured_matrix_approximation,
    truncated_svd,
)
from porism_transforms.structured_matvec import (
    StructuredProduct,
    dense_product,
    einsum_product,
    monarch_product,
    structured_matvec,
)
from porism_transforms.walsh_hadamard_transform import (
    WalshHadamardResult,
    fwht,
    hadamard_matrix,
    walsh_hadamard_transform,
)

__all__ = [
    "PORISM_API",
    "Attended",
    "BlockDiagonal",
    "CausalBasis",
    "ConvGradients",
    "FrequencySparseResult",
    "HypergraphResult",
    "LongConv",
    "LongConvolutionResult",
    "MixedLayer",
    "MixedSequences",
    "MixerParams",
    "MonarchMatrix",
    "NotSparseWarning",
    "PartialConvolutionResult",
    "Remembered",
    "Sketch",
    "SparseWHTResult",
    "SphericalProduct",
    "StructuredApproximation",
    "StructuredProduct",
    "WalshHadamardResult",
    "attention",
    "attention_matrix",
    "block_conv",
    "block_diagonal",
    "dense_cut",
    "dense_product",
    "dense_wht",
    "direct_conv",
    "einsum_product",
    "fft_convolution",
    "flash_fft_conv",
    "flash_fft_conv_sparse",
    "frequency_sparse_convolution",
    "fwht",
    "gaunt_direct",
    "gaunt_fourier",
    "gaunt_grid",
    "hadamard_matrix",
    "hypergraph_cut_sketch",
    "lasso_wht",
    "long_convolution",
    "m2",
    "m2_fft",
    "m2_written_out",
    "masked_fft",
    "monarch_mixer",
    "monarch_mixer_layer",
    "monarch_product",
    "monarch_projection",
    "of_bits",
    "of_sets",
    "overlap_add",
    "partial_conv",
    "partial_convolution",
    "rfft_conv",
    "scipy_fftconvolve",
    "sequence_mixing",
    "softmax_attention",
    "sparse_fht",
    "sparse_walsh_hadamard",
    "spherical_product",
    "spright_cut",
    "spright_ml",
    "spright_nso",
    "spright_so",
    "structured_matrix_approximation",
    "structured_matvec",
    "toeplitz_direct",
    "truncated_svd",
    "walsh_hadamard_transform",
]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
    registry.add(spherical_product, gaunt_grid, gaunt_fourier, gaunt_direct)
    registry.add(walsh_hadamard_transform, fwht, hadamard_matrix)
    registry.add(sparse_walsh_hadamard, spright_nso, spright_so, spright_ml, sparse_fht, dense_wht, lasso_wht)
    registry.add(hypergraph_cut_sketch, spright_cut, dense_cut)
    registry.add(long_convolution, flash_fft_conv, scipy_fftconvolve, rfft_conv, overlap_add, direct_conv)
    registry.add(partial_convolution, partial_conv, block_conv)
    registry.add(frequency_sparse_convolution, flash_fft_conv_sparse, masked_fft)
    registry.add(structured_matrix_approximation, monarch_projection, truncated_svd, block_diagonal)
    registry.add(structured_matvec, monarch_product, einsum_product, dense_product)
    registry.add(sequence_mixing, monarch_mixer, fft_convolution, toeplitz_direct)
    registry.add(attention, softmax_attention, attention_matrix)
    registry.add(monarch_mixer_layer, m2, m2_fft, m2_written_out)
