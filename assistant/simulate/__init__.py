"""The simulated shell: scenes, a virtual room, faster than real time."""
