"""What happens on a page: training, snapshots, errors, single phases, the timeline."""
