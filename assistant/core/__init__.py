"""The pure core: events in, actions out, time passed in. Standard library and transitions only."""
