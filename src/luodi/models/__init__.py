"""One file, one family of models. A file ends with `MODEL = ThatClass`; nothing else is needed."""
