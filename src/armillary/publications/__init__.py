"""Publications: read the store, write what people see."""
