"""Limber: a hands-free coach for people who stretch because their neck or back hurts."""

__version__ = "0.1.0"
