"""All that a bundle needs to run elsewhere: container, compose, systemd and Kubernetes files with its own numbers."""
