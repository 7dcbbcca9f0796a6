"""One shape for what sources say. Normalisers are pure: raw text in, an event or a reason out."""
