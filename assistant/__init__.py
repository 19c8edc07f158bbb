"""Limber: a hands-free coach for people who stretch because their neck or back hurts."""

import os

__version__ = "0.1.0"

# Before NumPy is loaded: a second thread of OpenBLAS waits for the next small product by spinning, which
# cost as much processor time again as all of hearing.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
