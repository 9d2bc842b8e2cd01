"""What models share while they learn: answers as numbers, batches, the loop, checkpoints, the starter encoder."""
