"""What panes of plots contain."""
