"""Sound: microphone, speaker, mixing, devices, audio files. Adapters; may import only core and errors."""
