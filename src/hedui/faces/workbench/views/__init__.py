"""The pages, by topic, in the order of the procedure."""
