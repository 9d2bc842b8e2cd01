"""One file, one command of `luodi`; each ends with `COMMAND = that_function`. The folder is the list."""
