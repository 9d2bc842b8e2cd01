"""A page on this machine on which a person looks at suspicious labels, one key a decision."""
