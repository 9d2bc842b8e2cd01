"""Is the verdict still true? Traffic against what the model learned from and was examined on."""
