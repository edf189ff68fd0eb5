"""From YAML to a Directory, every mistake with its place."""
