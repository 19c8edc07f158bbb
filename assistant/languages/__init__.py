"""Language packs: phrases, prompts and their loader. Adapters; may import only core and errors."""
