"""What people and machines do. One use case, one transaction: load, decide, save, wish."""
