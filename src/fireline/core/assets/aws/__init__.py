"""Amazon Web Services: one module for each service, with a row for each of its types."""
