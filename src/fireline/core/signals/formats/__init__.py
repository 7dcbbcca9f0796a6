"""One file for each format sources speak. A reader is pure: a payload in, what it says out."""
