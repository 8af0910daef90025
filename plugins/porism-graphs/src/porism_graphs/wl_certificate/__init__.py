"""Certificates of WL-dimensions: two graphs that a weaker test takes for equal, with different counts."""

from porism_graphs.wl_certificate.problem import Certificate, wl_certificate
from porism_graphs.wl_certificate.solvers import cfi_product

__all__ = ["Certificate", "cfi_product", "wl_certificate"]
