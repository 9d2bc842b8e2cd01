"""The files of the page on which a recommender is tried."""
