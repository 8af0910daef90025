"""The layer of Monarch Mixer: gates, long convolutions, and block-diagonal maps across channels."""

from porism_transforms.monarch_mixer_layer.parameters import MixerParams
from porism_transforms.monarch_mixer_layer.problem import MixedLayer, monarch_mixer_layer
from porism_transforms.monarch_mixer_layer.solvers import m2, m2_fft, m2_written_out

__all__ = ["MixedLayer", "MixerParams", "m2", "m2_fft", "m2_written_out", "monarch_mixer_layer"]
