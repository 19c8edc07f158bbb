"""The one line that somebody types: keys in, lines out. Pure; one thread owns an editor."""

from __future__ import annotations

import codecs

MOST_LETTERS = 250
_ENDS, _RUBS = "\r\n", "\x7f\b"
_END_OF_INPUT, _NO_LINE, _NO_WORD, _ESCAPE = "\x04", "\x15", "\x17", "\x1b"


class LineEditor:
    """What has been typed of a line, and what a key makes of it; keys that move a cursor do nothing."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._escape = ""
        self.text = ""
        self.has_ended = False
        """Whether somebody typed the end of the input on an empty line."""

    def feed(self, keys: bytes) -> list[str]:
        """Take what came from the keyboard; return the lines that it ended, each without its end."""
        lines: list[str] = []
        for letter in self._decoder.decode(keys):
            if self._escape:
                self._escaped(letter)
            elif letter in _ENDS:
                lines.append(self.text)
                self.text = ""
            else:
                self._typed(letter)
                if len(self.text) > MOST_LETTERS:  # it goes on in pieces, so that nothing of it is lost
                    lines.append(self.text[:-1])
                    self.text = letter
        return lines

    def _typed(self, letter: str) -> None:
        if letter in _RUBS:
            self.text = self.text[:-1]
        elif letter == _NO_LINE:
            self.text = ""
        elif letter == _NO_WORD:
            self.text = self.text.rstrip().rpartition(" ")[0]
        elif letter == _END_OF_INPUT:
            self.has_ended = self.has_ended or not self.text
        elif letter == _ESCAPE:
            self._escape = letter
        elif letter.isprintable():
            self.text += letter

    def _escaped(self, letter: str) -> None:
        """A key such as an arrow sends several letters, of which none was typed."""
        self._escape += letter
        is_begun = len(self._escape) == 2 and letter in "[O"
        if not is_begun and not (len(self._escape) > 2 and letter in "0123456789;"):
            self._escape = ""
