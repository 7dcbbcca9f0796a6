"""The kinds of resources a world may hold, by service. Adding one touches its file alone."""
