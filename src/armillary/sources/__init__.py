"""Sources: bytes as received become tables; they alone touch the network."""
