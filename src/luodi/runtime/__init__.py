"""A fitted model as a fast session without a training framework. One file, one engine; `session` opens any of them."""
