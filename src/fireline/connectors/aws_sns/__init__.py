"""Amazon SNS as it is reached when it posts to us: its certificates and its confirmations."""
