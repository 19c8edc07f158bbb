"""Measures hearing in the virtual room: what is missed, what is made up, how late, at what cost."""
