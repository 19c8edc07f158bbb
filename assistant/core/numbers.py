"""A number in words that a sentence can be made with. Pure."""

from __future__ import annotations


class Number(str):
    """A number in words, that chooses the form of the words beside it.

    In a line `{seconds}` is the number, and `{seconds:one=second|other=seconds}` the form that goes with it.
    """

    category: str

    def __new__(cls, words: str, category: str) -> Number:
        """The words, and the category of the number by the rules of its language."""
        made = super().__new__(cls, words)
        made.category = category
        return made

    def __format__(self, forms: str) -> str:
        if not forms:
            return str(self)
        by_category = dict(form.split("=", 1) for form in forms.split("|"))
        return by_category.get(self.category) or by_category["other"]
