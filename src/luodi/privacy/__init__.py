"""Personal data in English and Chinese: find, mask, pseudonymize, erase."""
