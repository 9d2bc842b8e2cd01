"""The files of the console: plain modules and a style sheet, served as they are."""
