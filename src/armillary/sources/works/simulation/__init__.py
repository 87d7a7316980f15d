"""The parts of the simulator: words, courses, citations, people and texts."""
