"""Topics of a corpus: relatedness, clusters, labels, growth."""
