"""
Fast structured transforms: Walsh-Hadamard, sparse Walsh-Hadamard decoding, Monarch products, planned convolution.
"""
