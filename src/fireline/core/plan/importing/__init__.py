"""Plans of other systems, turned into the files of ours. Nothing is dropped in silence."""
