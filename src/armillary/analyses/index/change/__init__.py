"""Why a unit moved between two editions, and what it would take to move."""
