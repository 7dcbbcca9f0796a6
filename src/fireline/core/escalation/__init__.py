"""Who is told next when nobody has answered: the ladder, and personal rules on each rung."""
