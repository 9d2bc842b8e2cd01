"""One self-contained HTML page per run, in English and Chinese: verdict, pictures, every number."""
