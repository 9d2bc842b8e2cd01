"""What this machine can do, which path is taken on it, and what is to be mended first."""
