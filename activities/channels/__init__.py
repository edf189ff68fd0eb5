"""One module per channel: how a message leaves the building."""
