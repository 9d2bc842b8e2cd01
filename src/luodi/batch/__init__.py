"""Answer whole tables: the same rows in the same order, with the answer in further columns; killed, it goes on."""
