"""What is in the data: duplicates, wrong labels, leaks, drift, and what more of it would bring."""
