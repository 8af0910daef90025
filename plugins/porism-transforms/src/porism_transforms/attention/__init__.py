"""Softmax attention: what sub-quadratic mixing of sequences is compared with."""

from porism_transforms.attention.problem import Attended, attention
from porism_transforms.attention.solvers import attention_matrix, softmax_attention

__all__ = ["Attended", "attention", "attention_matrix", "softmax_attention"]
