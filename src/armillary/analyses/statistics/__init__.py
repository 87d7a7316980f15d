"""R&D statistics by the Frascati Manual."""
