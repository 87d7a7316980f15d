"""Rising topics: clusters that are likely to grow, and how often such lists came true."""
