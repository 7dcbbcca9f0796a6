"""Rules over events. Sigma is the language; the matcher is ours, and a slow oracle checks it."""
