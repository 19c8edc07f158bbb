"""The screen: a page that shows a session to whoever lies on the mat. README.md is their agreement."""
